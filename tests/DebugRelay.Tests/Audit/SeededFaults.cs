namespace DebugRelay.Tests.Audit;

/// <summary>A file as teams write them, without a fault, and the faults that somebody may leave in it. Written apart from the rules' own examples.</summary>
/// <param name="File">Its path.</param>
/// <param name="Clean">Its text.</param>
/// <param name="Faults">Each: the rules one of which must be found, what is replaced, and by what.</param>
internal sealed record SeededFile(string File, string Clean, (string Rules, string Old, string New)[] Faults);

/// <summary>Twelve kinds of file and seven faults in each.</summary>
internal static class SeededFaults
{
    public static readonly SeededFile[] Files =
    [
        new("services/orders/Dockerfile",
            """
            # syntax=docker/dockerfile:1
            ARG DOTNET_VERSION=10.0
            FROM mcr.microsoft.com/dotnet/sdk:${DOTNET_VERSION} AS build
            WORKDIR /src
            COPY Orders.csproj .
            RUN dotnet restore
            COPY . .
            RUN dotnet publish -c Release -o /out --no-restore

            FROM mcr.microsoft.com/dotnet/aspnet:${DOTNET_VERSION} AS final
            WORKDIR /app
            ENV DOTNET_EnableDiagnostics=0 \
                ASPNETCORE_HTTP_PORTS=8080
            RUN apt-get update && apt-get install -y --no-install-recommends tzdata && rm -rf /var/lib/apt/lists/*
            COPY --from=build /out .
            EXPOSE 8080
            USER $APP_UID
            ENTRYPOINT ["dotnet", "Orders.dll"]
            """,
            [
                ("DBG201", "ASPNETCORE_HTTP_PORTS=8080", "ASPNETCORE_HTTP_PORTS=8080 \\\n    ASPNETCORE_ENVIRONMENT=development"),
                ("DBG307", "FROM mcr.microsoft.com/dotnet/aspnet:${DOTNET_VERSION} AS final", "FROM build AS final"),
                ("DBG306", "install -y --no-install-recommends tzdata", "install -y --no-install-recommends tzdata strace gdb"),
                ("DBG301", "EXPOSE 8080", "RUN curl -sSL https://aka.ms/getvsdbgsh | /bin/sh /dev/stdin -v latest -l /vsdbg\nEXPOSE 8080"),
                ("DBG309", "publish -c Release", "publish --configuration Debug"),
                ("DBG104", "ASPNETCORE_HTTP_PORTS=8080", "ASPNETCORE_HTTP_PORTS=8080 \\\n    DOTNET_DiagnosticPorts=/diag/port.sock,connect,nosuspend"),
                ("DBG314", "install -y --no-install-recommends tzdata", "install -y --no-install-recommends tzdata openssh-server"),
            ]),
        new("deploy/compose.yaml",
            """
            name: shop
            services:
              web:
                image: registry.example/shop/web:4.2
                read_only: true
                environment:
                  DOTNET_EnableDiagnostics: "0"
                  ConnectionStrings__Orders: Host=db;Database=orders;Username=web
                ports:
                  - "443:8443"
                security_opt:
                  - no-new-privileges:true
                depends_on: [db]
              db:
                image: postgres:17
                volumes:
                  - data:/var/lib/postgresql/data
            volumes:
              data:
            """,
            [
                ("DBG408", "    depends_on: [db]", "    pid: host\n    depends_on: [db]"),
                ("DBG407", "    depends_on: [db]", "    privileged: true\n    depends_on: [db]"),
                ("DBG406", "    depends_on: [db]", "    cap_add:\n      - CAP_SYS_PTRACE\n    depends_on: [db]"),
                ("DBG412", "no-new-privileges:true", "seccomp:unconfined"),
                ("DBG217", "Username=web", "Username=web;Include Error Detail=True"),
                ("DBG110", "DOTNET_EnableDiagnostics: \"0\"", "CORECLR_ENABLE_PROFILING: \"1\"\n      CORECLR_PROFILER: \"{36032161-FFC0-4B61-B559-F6C5D41BAE5A}\"\n      CORECLR_PROFILER_PATH: /opt/p/libprofiler.so"),
                ("DBG409", "    depends_on: [db]", "    volumes:\n      - /var/run/docker.sock:/var/run/docker.sock\n    depends_on: [db]"),
            ]),
        new("deploy/k8s/orders.yaml",
            """
            apiVersion: v1
            kind: ServiceAccount
            metadata:
              name: orders
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata:
              name: orders
              labels: { app: orders }
            spec:
              replicas: 3
              selector:
                matchLabels: { app: orders }
              template:
                metadata:
                  labels: { app: orders }
                spec:
                  serviceAccountName: orders
                  containers:
                    - name: orders
                      image: registry.example/shop/orders@sha256:0f0e
                      env:
                        - name: DOTNET_EnableDiagnostics
                          value: "0"
                      ports:
                        - containerPort: 8080
                      securityContext:
                        allowPrivilegeEscalation: false
                        readOnlyRootFilesystem: true
                        capabilities: { drop: [ALL] }
            """,
            [
                ("DBG405", "      serviceAccountName: orders", "      shareProcessNamespace: true\n      serviceAccountName: orders"),
                ("DBG408", "      serviceAccountName: orders", "      hostPID: true\n      serviceAccountName: orders"),
                ("DBG406", "capabilities: { drop: [ALL] }", "capabilities: { drop: [ALL], add: [sys_ptrace] }"),
                ("DBG201", "              value: \"0\"", "              value: \"0\"\n            - { name: DOTNET_ENVIRONMENT, value: Development }"),
                ("DBG407", "allowPrivilegeEscalation: false", "privileged: true"),
                ("DBG106", "              value: \"0\"", "              value: \"0\"\n            - name: DOTNET_STARTUP_HOOKS\n              value: /hooks/Probe.dll"),
                ("DBG411", "apiVersion: apps/v1", "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: { name: support }\nrules:\n  - apiGroups: [\"\"]\n    resources: [pods, pods/exec]\n    verbs: [get, create]\n---\napiVersion: apps/v1"),
            ]),
        new("packaging/orders.service",
            """
            [Unit]
            Description=Orders
            After=network-online.target

            [Service]
            Type=notify
            User=orders
            WorkingDirectory=/opt/orders
            ExecStart=/usr/bin/dotnet /opt/orders/Orders.dll
            Environment=DOTNET_EnableDiagnostics=0
            PrivateTmp=yes
            NoNewPrivileges=yes
            LimitCORE=0

            [Install]
            WantedBy=multi-user.target
            """,
            [
                ("DBG121", "LimitCORE=0", "LimitCORE=infinity"),
                ("DBG406,DBG415", "NoNewPrivileges=yes", "AmbientCapabilities=CAP_SYS_PTRACE CAP_NET_BIND_SERVICE"),
                ("DBG111", "Environment=DOTNET_EnableDiagnostics=0", "Environment=\"DOTNET_DbgEnableMiniDump=1\" \"DOTNET_DbgMiniDumpName=/tmp/orders.dmp\""),
                ("DBG117", "/usr/bin/dotnet /opt/orders/Orders.dll", "/usr/bin/dotnet run --project /opt/orders/src/Orders.csproj"),
                ("DBG102", "DOTNET_EnableDiagnostics=0", "DOTNET_ENABLEDIAGNOSTICS=0"),
                ("DBG116", "Environment=DOTNET_EnableDiagnostics=0", "Environment=DOTNET_EnableDiagnostics=0 DOTNET_MODIFIABLE_ASSEMBLIES=debug"),
                ("DBG201", "Environment=DOTNET_EnableDiagnostics=0", "Environment=DOTNET_EnableDiagnostics=0\nEnvironment='ASPNETCORE_ENVIRONMENT=Development'"),
            ]),
        new("src/Orders/Orders.csproj",
            """
            <Project Sdk="Microsoft.NET.Sdk.Web">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <StartupHookSupport>false</StartupHookSupport>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Npgsql" Version="9.0.3" />
              </ItemGroup>
            </Project>
            """,
            [
                ("DBG107", "  <ItemGroup>", "  <ItemGroup>\n    <RuntimeHostConfigurationOption Include=\"STARTUP_HOOKS\" Value=\"Probe.dll\" />"),
                ("DBG201", "<Nullable>enable</Nullable>", "<EnvironmentName>Development</EnvironmentName>"),
                ("DBG309", "  <ItemGroup>", "  <PropertyGroup Condition=\"'$(Configuration)' == 'Release'\">\n    <Optimize>false</Optimize>\n  </PropertyGroup>\n  <ItemGroup>"),
                ("DBG310", "<Nullable>enable</Nullable>", "<DebugType>embedded</DebugType>"),
                ("DBG224", "<PackageReference Include=\"Npgsql\" Version=\"9.0.3\" />", "<PackageReference Include=\"Microsoft.AspNetCore.Mvc.Razor.RuntimeCompilation\" Version=\"9.0.0\" />"),
                ("DBG231", "<PackageReference Include=\"Npgsql\" Version=\"9.0.3\" />", "<PackageReference Include=\"Microsoft.CodeAnalysis.CSharp.Scripting\" Version=\"4.14.0\" />"),
                ("DBG309", "  <ItemGroup>", "  <PropertyGroup Condition=\"'$(Configuration)|$(Platform)' == 'Release|AnyCPU'\">\n    <DefineConstants>$(DefineConstants);DEBUG</DefineConstants>\n  </PropertyGroup>\n  <ItemGroup>"),
            ]),
        new("publish/Orders.runtimeconfig.json",
            """
            {
              "runtimeOptions": {
                "tfm": "net10.0",
                "frameworks": [ { "name": "Microsoft.AspNetCore.App", "version": "10.0.0" } ],
                "configProperties": {
                  "System.GC.Server": true,
                  "System.StartupHookProvider.IsSupported": false
                }
              }
            }
            """,
            [
                ("DBG107", "\"System.GC.Server\": true", "\"System.GC.Server\": true, \"STARTUP_HOOKS\": \"/opt/Probe.dll\""),
                ("DBG116", "\"System.GC.Server\": true", "\"System.Reflection.Metadata.MetadataUpdater.IsSupported\": true"),
                ("DBG004", "\"System.StartupHookProvider.IsSupported\": false\n    }", "\"System.StartupHookProvider.IsSupported\": false\n"),
                ("DBG115", "\"System.GC.Server\": true", "\"System.Diagnostics.Tracing.UserEvents\": true"),
                ("DBG107", "\"System.GC.Server\": true", "\"STARTUP_HOOKS\":\"Probe\""),
            ]),
        new("src/Orders/appsettings.json",
            """
            {
              "Logging": { "LogLevel": { "Default": "Information", "Microsoft.AspNetCore": "Warning", "Shop.Orders": "Debug" } },
              "AllowedHosts": "orders.example",
              "ConnectionStrings": { "Orders": "Host=db;Database=orders;Username=orders" },
              "Kestrel": { "Limits": { "MaxConcurrentConnections": 1000 } }
            }
            """,
            [
                ("DBG203", "\"AllowedHosts\"", "\"DetailedErrors\": true,\n  \"AllowedHosts\""),
                ("DBG211", "\"Default\": \"Information\"", "\"Default\": \"Trace\""),
                ("DBG211", "\"Microsoft.AspNetCore\": \"Warning\"", "\"Microsoft.AspNetCore\": \"Debug\""),
                ("DBG217", "Username=orders\"", "Username=orders;IncludeErrorDetail=true\""),
                ("DBG211", "\"AllowedHosts\"", "\"Serilog\": { \"MinimumLevel\": { \"Default\": \"Verbose\" } },\n  \"AllowedHosts\""),
                ("DBG004", "\"AllowedHosts\": \"orders.example\",", "\"AllowedHosts\": \"orders.example"),
            ]),
        new("site/web.config",
            """
            <?xml version="1.0" encoding="utf-8"?>
            <configuration>
              <system.web>
                <compilation debug="false" targetFramework="4.8" />
                <customErrors mode="RemoteOnly" />
                <trace enabled="false" />
              </system.web>
              <system.webServer>
                <httpErrors errorMode="DetailedLocalOnly" />
                <aspNetCore processPath="dotnet" arguments=".\Site.dll" stdoutLogEnabled="false" hostingModel="inprocess" />
              </system.webServer>
            </configuration>
            """,
            [
                ("DBG225", "debug=\"false\"", "debug=\"true\""),
                ("DBG226", "mode=\"RemoteOnly\"", "mode=\"Off\""),
                ("DBG226", "DetailedLocalOnly", "Detailed"),
                ("DBG227", "<trace enabled=\"false\" />", "<trace enabled=\"true\" localOnly=\"false\" />"),
                ("DBG228", "stdoutLogEnabled=\"false\"", "stdoutLogEnabled=\"true\" stdoutLogFile=\".\\logs\\out\""),
                ("DBG201", "hostingModel=\"inprocess\" />", "hostingModel=\"inprocess\">\n      <environmentVariables>\n        <environmentVariable name=\"ASPNETCORE_ENVIRONMENT\" value=\"Development\" />\n      </environmentVariables>\n    </aspNetCore>"),
                ("DBG220", "  <system.web>", "  <elmah><security allowRemoteAccess=\"yes\" /></elmah>\n  <system.web>"),
            ]),
        new("src/Orders/Program.cs",
            """
            using Microsoft.AspNetCore.Builder;
            using Microsoft.Extensions.Hosting;

            var builder = WebApplication.CreateBuilder(args);
            builder.Services.AddControllers();
            builder.Services.AddSignalR();
            builder.Services.AddDbContext<OrdersContext>(o => o.UseNpgsql(builder.Configuration.GetConnectionString("Orders")));

            var app = builder.Build();
            if (app.Environment.IsDevelopment())
            {
                app.UseDeveloperExceptionPage();
                app.MapOpenApi();
            }
            else
            {
                app.UseExceptionHandler("/error");
            }
            app.MapControllers();
            app.MapGet("/orders/{id}", (int id, Orders orders) => orders.Find(id));
            app.Run();
            """,
            [
                ("DBG204", "app.MapControllers();", "app.UseDeveloperExceptionPage();\napp.MapControllers();"),
                ("DBG208", "GetConnectionString(\"Orders\"))", "GetConnectionString(\"Orders\")).EnableSensitiveDataLogging()"),
                ("DBG213", "AddSignalR();", "AddSignalR(o => o.EnableDetailedErrors = true);"),
                ("DBG230", "app.MapControllers();", "app.MapControllers();\napp.MapGet(\"/debug/config\", (IConfiguration configuration) => configuration.AsEnumerable());"),
                ("DBG218", "var builder =", "Microsoft.IdentityModel.Logging.IdentityModelEventSource.ShowPII = true;\nvar builder ="),
                ("DBG312", "var builder =", "while (!System.Diagnostics.Debugger.IsAttached) Thread.Sleep(200);\nvar builder ="),
                ("DBG210", "builder.Services.AddControllers();", "builder.Services.AddControllers();\nbuilder.Services.AddHttpLogging(o => o.LoggingFields = Microsoft.AspNetCore.HttpLogging.HttpLoggingFields.All);"),
            ]),
        new("infra/main.bicep",
            """
            param location string = resourceGroup().location

            resource site 'Microsoft.Web/sites@2023-12-01' = {
              name: 'orders'
              location: location
              properties: {
                httpsOnly: true
                siteConfig: {
                  linuxFxVersion: 'DOTNETCORE|10.0'
                  remoteDebuggingEnabled: false
                  minTlsVersion: '1.2'
                  appSettings: [
                    {
                      name: 'WEBSITE_RUN_FROM_PACKAGE'
                      value: '1'
                    }
                  ]
                }
              }
            }
            """,
            [
                ("DBG419", "remoteDebuggingEnabled: false", "remoteDebuggingEnabled: true"),
                ("DBG201", "name: 'WEBSITE_RUN_FROM_PACKAGE'\n          value: '1'", "name: 'ASPNETCORE_ENVIRONMENT'\n          value: 'Development'"),
                ("DBG421", "name: 'WEBSITE_RUN_FROM_PACKAGE'\n          value: '1'", "name: 'SnapshotDebugger_EXTENSION_VERSION'\n          value: '~1'"),
                ("DBG106", "name: 'WEBSITE_RUN_FROM_PACKAGE'\n          value: '1'", "name: 'DOTNET_STARTUP_HOOKS'\n          value: '/home/site/hooks/Probe.dll'"),
                ("DBG110", "      value: '1'\n        }", "      value: '1'\n        }\n        {\n          name: 'CORECLR_ENABLE_PROFILING'\n          value: '1'\n        }\n        {\n          name: 'CORECLR_PROFILER'\n          value: '{846F5F1C-F9AE-4B07-969E-05C26BC060D8}'\n        }"),
                ("DBG111", "name: 'WEBSITE_RUN_FROM_PACKAGE'\n          value: '1'", "name: 'DOTNET_DbgEnableMiniDump'\n          value: '1'"),
            ]),
        new(".github/workflows/release.yml",
            """
            name: release
            on:
              push:
                tags: ['v*']
            permissions:
              contents: read
            jobs:
              publish:
                runs-on: ubuntu-24.04
                env:
                  DOTNET_NOLOGO: 'true'
                steps:
                  - uses: actions/checkout@v4
                  - uses: actions/setup-dotnet@v4
                    with:
                      dotnet-version: 10.0.x
                  - name: Publish
                    run: |
                      dotnet publish src/Orders -c Release -o out
                      tar -C out -czf orders.tgz .
                  - name: Deploy
                    run: docker compose -f deploy/compose.yaml up -d
            """,
            [
                ("DBG425", "DOTNET_NOLOGO: 'true'", "ACTIONS_STEP_DEBUG: true"),
                ("DBG425", "      - name: Deploy", "      - uses: mxschmitt/action-tmate@v3\n      - name: Deploy"),
                ("DBG309", "-c Release", "-c Debug"),
                ("DBG414", "-f deploy/compose.yaml up", "-f deploy/compose.yaml -f deploy/compose.debug.yaml up"),
                ("DBG309", "DOTNET_NOLOGO: 'true'", "BUILD_CONFIGURATION: Debug"),
                ("DBG425", "DOTNET_NOLOGO: 'true'", "ACTIONS_RUNNER_DEBUG: 'true'"),
            ]),
        new("deploy/run.sh",
            """
            #!/bin/sh
            set -eu
            ulimit -c 0
            export DOTNET_EnableDiagnostics=0
            cd /opt/orders
            docker network inspect shop >/dev/null 2>&1 || docker network create shop
            docker run -d --name cache --network shop --cap-drop ALL redis:7
            exec dotnet Orders.dll --urls http://127.0.0.1:8080
            """,
            [
                ("DBG121", "ulimit -c 0", "ulimit -c unlimited"),
                ("DBG408", "--cap-drop ALL redis:7", "--pid host registry.example/shop/orders"),
                ("DBG407", "--cap-drop ALL", "--privileged"),
                ("DBG201", "export DOTNET_EnableDiagnostics=0", "export ASPNETCORE_ENVIRONMENT=Development"),
                ("DBG117", "exec dotnet Orders.dll", "exec dotnet watch run"),
                ("DBG412", "--cap-drop ALL", "--security-opt seccomp=unconfined"),
                ("DBG114", "export DOTNET_EnableDiagnostics=0", "export DOTNET_EnableEventPipe=1"),
            ]),
    ];
}
