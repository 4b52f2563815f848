using DebugRelay.Broker.Targets;
using Xunit;

namespace DebugRelay.Tests.Broker;

public sealed class ContainerNameTests
{
    private const string Id = "3f2a9c0b1d4e5f60718293a4b5c6d7e8f90123456789abcdef0123456789abcd";

    [Theory]
    [InlineData($"0::/system.slice/docker-{Id}.scope", "3f2a9c0b1d4e")]
    [InlineData($"12:memory:/docker/{Id}\n1:name=systemd:/docker/{Id}", "3f2a9c0b1d4e")]
    [InlineData($"0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod1_2.slice/cri-containerd-{Id}.scope", "3f2a9c0b1d4e")]
    [InlineData($"0::/kubepods/burstable/pod77e2/{Id}", "3f2a9c0b1d4e")]
    [InlineData($"0::/machine.slice/libpod-{Id}.scope/container/init.scope", "3f2a9c0b1d4e")]
    [InlineData($"0::/../crio-{Id}.scope", "3f2a9c0b1d4e")]
    [InlineData("0::/machine.slice/machine-web.scope/payload", "web")]
    [InlineData("0::/lxc.payload.db-1/system.slice/ssh.service", "db-1")]
    [InlineData("11:pids:/lxc/db-1", "db-1")]
    [InlineData("0::/system.slice/payments.service", null)]
    [InlineData($"0::/machine.slice/libpod-conmon-{Id}.scope", null)]
    [InlineData("0::/", null)]
    [InlineData("", null)]
    public void The_runtime_s_group_names_the_container(string groups, string? name) => Assert.Equal(name, ContainerName.In(groups));
}
