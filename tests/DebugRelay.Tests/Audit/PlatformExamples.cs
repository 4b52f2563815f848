using static DebugRelay.Tests.Audit.RuntimeExamples;

namespace DebugRelay.Tests.Audit;

/// <summary>Examples of the rules about where it runs.</summary>
internal static class PlatformExamples
{
    public static readonly RuleExample[] All =
    [
        new("DBG401", "k8s.yaml", Pod("args: [\"collect\", \"--no-auth\"]").Replace("example/web", "mcr.example/dotnet/monitor"), Pod("args: [\"collect\"]").Replace("example/web", "mcr.example/dotnet/monitor")),
        new("DBG401", "start.sh", "dotnet-monitor collect --no-auth\n", "dotnet-monitor collect\n"),
        new("DBG402", "compose.yaml", "services:\n  m:\n    image: mcr.example/dotnet/monitor\n    command: collect --urls http://+:52323\n", "services:\n  m:\n    image: mcr.example/dotnet/monitor\n    command: collect --urls https://localhost:52323\n"),
        new("DBG402", "Dockerfile", Image("ENV DOTNETMONITOR_Urls=http://*:52323"), Image("ENV DotnetMonitor_Urls=https://127.0.0.1:52323")),
        new("DBG403", "start.sh", "dotnet-monitor collect --temp-apikey\n", "dotnet-monitor collect\n"),
        new("DBG404", "k8s.yaml", Sidecar("/tmp"), Sidecar("/data")),
        new("DBG405", "k8s.yaml", Pod("command: [a]", "shareProcessNamespace: true"), Pod("command: [a]", "shareProcessNamespace: false")),
        new("DBG405", "compose.yaml", Compose("pid: service:db"), Compose("restart: always")),
        new("DBG406", "k8s.yaml", Pod("securityContext: {capabilities: {add: [CAP_SYS_PTRACE]}}"), Pod("securityContext: {capabilities: {add: [NET_BIND_SERVICE], drop: [ALL]}}")),
        new("DBG406", "compose.yaml", Compose("cap_add: [sys_ptrace]"), Compose("cap_drop: [ALL]")),
        new("DBG407", "k8s.yaml", Pod("securityContext: {privileged: true}"), Pod("securityContext: {privileged: false}")),
        new("DBG407", "run.sh", "docker run --privileged example/web\n", "docker run --read-only example/web\n"),
        new("DBG408", "k8s.yaml", Pod("command: [a]", "hostPID: true"), Pod("command: [a]", "hostPID: false")),
        new("DBG408", "run.sh", "docker run --pid=host example/web\n", "docker run example/web\n"),
        new("DBG409", "k8s.yaml", Pod("command: [a]", "volumes: [{name: p, hostPath: {path: /proc}}]"), Pod("command: [a]", "volumes: [{name: p, hostPath: {path: /srv/data}}]")),
        new("DBG409", "compose.yaml", Compose("volumes: [\"/var/run/docker.sock:/var/run/docker.sock\"]"), Compose("volumes: [\"data:/data\"]")),
        new("DBG410", "k8s.yaml", Pod("command: [sleep, infinity]").Replace("example/web", "busybox"), Pod("command: [app]").Replace("example/web", "busybox")),
        new("DBG411", "role.yaml", Role("pods/exec", "create"), Role("pods", "get")),
        new("DBG411", "list.yaml", "apiVersion: v1\nkind: List\nitems:\n- " + Role("pods/ephemeralcontainers", "patch").Replace("\n", "\n  "), "apiVersion: v1\nkind: List\nitems:\n- " + Role("pods/log", "get").Replace("\n", "\n  ")),
        new("DBG412", "k8s.yaml", Pod("securityContext: {seccompProfile: {type: Unconfined}}"), Pod("securityContext: {seccompProfile: {type: RuntimeDefault}}")),
        new("DBG412", "compose.yaml", Compose("security_opt: [\"seccomp=unconfined\"]"), Compose("security_opt: [\"no-new-privileges:true\"]")),
        new("DBG413", "ingress.yaml", Ingress("/hangfire", ""), Ingress("/hangfire", "nginx.ingress.kubernetes.io/auth-url: https://auth")),
        new("DBG413", "service.yaml", "apiVersion: v1\nkind: Service\nspec:\n  type: LoadBalancer\n  ports: [{port: 80, targetPort: 52323}]\n", "apiVersion: v1\nkind: Service\nspec:\n  type: LoadBalancer\n  ports: [{port: 80, targetPort: 8080}]\n"),
        new("DBG414", "deploy.sh", "docker compose -f docker-compose.yml -f docker-compose.debug.yml up -d\n", "docker compose -f docker-compose.yml up -d\n"),
        new("DBG414", ".gitlab-ci.yml", "deploy:\n  stage: deploy\n  script:\n    - helm upgrade web ./chart --set app.debug=true\nstages: [deploy]\n", "deploy:\n  stage: deploy\n  script:\n    - helm upgrade web ./chart\nstages: [deploy]\n"),
        new("DBG415", "app.service", "[Service]\nExecStart=/usr/bin/dotnet /srv/app.dll\n", "[Service]\nExecStart=/usr/bin/dotnet /srv/app.dll\nPrivateTmp=yes\n"),
        new("DBG416", "compose.yaml", Compose("environment:\n      DOTNET_DASHBOARD_UNSECURED_ALLOW_ANONYMOUS: \"true\""), Compose("environment:\n      DOTNET_DASHBOARD_UNSECURED_ALLOW_ANONYMOUS: \"false\"")),
        new("DBG416", "k8s.yaml", Pod("env: [{name: DASHBOARD__FRONTEND__AUTHMODE, value: unsecured}]"), Pod("env: [{name: DASHBOARD__FRONTEND__AUTHMODE, value: OpenIdConnect}]")),
        new("DBG417", "compose.yaml", "services:\n  d:\n    image: mcr.example/dotnet/aspire-dashboard\n", "services:\n  d:\n    image: mcr.example/dotnet/aspire-dashboard\n    environment: {DASHBOARD__OTLP__AUTHMODE: ApiKey}\n"),
        new("DBG418", "otel.yaml", Collector("detailed"), Collector("basic")),
        new("DBG419", "main.tf", "resource \"azurerm_linux_web_app\" \"w\" {\n  site_config {\n    remote_debugging_enabled = true\n  }\n}\n", "resource \"azurerm_linux_web_app\" \"w\" {\n  site_config {\n    remote_debugging_enabled = false\n  }\n}\n"),
        new("DBG419", "main.bicep", "param debugging bool = true\nresource s 'x' = {\n  properties: {\n    remoteDebuggingEnabled: debugging\n  }\n}\n", "param debugging bool = false\nresource s 'x' = {\n  properties: {\n    remoteDebuggingEnabled: debugging\n  }\n}\n"),
        new("DBG419", "azuredeploy.json", Arm("true"), Arm("false")),
        new("DBG421", "main.tf", "app_settings = {\n  \"SnapshotDebugger_EXTENSION_VERSION\" = \"~1\"\n}\n", "app_settings = {\n  \"SnapshotDebugger_EXTENSION_VERSION\" = \"disabled\"\n}\n"),
        new("DBG422", "azuredeploy.json", "{ \"$schema\": \"https://x/deploymentTemplate.json#\", \"resources\": [ { \"properties\": { \"debugSetting\": { \"detailLevel\": \"requestContent\" } } } ] }", "{ \"$schema\": \"https://x/deploymentTemplate.json#\", \"resources\": [ { \"properties\": { \"debugSetting\": { \"detailLevel\": \"none\" } } } ] }"),
        new("DBG423", "template.yaml", Lambda("true"), Lambda("false")),
        new("DBG424", "ecs.tf", "resource \"aws_ecs_service\" \"s\" {\n  enable_execute_command = true\n}\n", "resource \"aws_ecs_service\" \"s\" {\n  enable_execute_command = false\n}\n"),
        new("DBG425", ".github/workflows/ci.yml", "on: push\nenv: {ACTIONS_STEP_DEBUG: true}\njobs: {b: {steps: [{run: make}]}}\n", "on: push\nenv: {CONFIGURATION: Release}\njobs: {b: {steps: [{run: make}]}}\n"),
        new("DBG425", ".github/workflows/ci.yml", "on: push\njobs: {b: {steps: [{uses: mxschmitt/action-tmate@v3}]}}\n", "on: push\njobs: {b: {steps: [{uses: actions/checkout@v4}]}}\n"),
        new("DBG426", "Dockerfile", Image("# TODO: remove before the release\nENV ASPNETCORE_ENVIRONMENT=Development"), Image("# TODO: remove before the release\nENV ASPNETCORE_ENVIRONMENT=Production")),
        new("DBG426", "appsettings.json", "{ \"Payments\": { \"BypassLimits\": true } }", "{ \"Payments\": { \"BypassLimits\": false } }"),
    ];

    private static string Sidecar(string path) => "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: web\n    image: mcr.example/dotnet/aspnet\n    volumeMounts: [{name: v, mountPath: " + path + "}]\n  - name: side\n    image: example/side\n    volumeMounts: [{name: v, mountPath: " + path + "}]\n";

    private static string Role(string resource, string verb) => $"apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {{name: r}}\nrules:\n- apiGroups: [\"\"]\n  resources: [{resource}]\n  verbs: [{verb}]\n";

    private static string Ingress(string path, string annotation) => $"apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  annotations: {{{annotation}}}\nspec:\n  rules:\n  - http:\n      paths:\n      - path: {path}\n        pathType: Prefix\n";

    private static string Collector(string verbosity) => $"exporters:\n  debug: {{verbosity: {verbosity}}}\nservice:\n  pipelines:\n    traces: {{exporters: [debug]}}\n";

    private static string Lambda(string value) => $"AWSTemplateFormatVersion: '2010-09-09'\nResources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n      Environment:\n        Variables:\n          LAMBDA_NET_SERIALIZER_DEBUG: \"{value}\"\n";

    private static string Arm(string value) => $$"""
        {
          "$schema": "https://schema.example/2019-04-01/deploymentTemplate.json#",
          "parameters": { "debugging": { "type": "bool", "defaultValue": {{value}} } },
          "resources": [ { "type": "Microsoft.Web/sites/config", "properties": { "remoteDebuggingEnabled": "[parameters('debugging')]" } } ]
        }
        """;
}
