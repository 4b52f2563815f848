using static DebugRelay.Tests.Audit.RuntimeExamples;

namespace DebugRelay.Tests.Audit;

/// <summary>Examples of the rules about what is built and shipped, and about what runs beside .NET.</summary>
internal static class ArtefactExamples
{
    public static readonly RuleExample[] All =
    [
        new("DBG301", "Dockerfile", Image("RUN curl -sSL https://aka.ms/getvsdbgsh | bash /dev/stdin -v latest -l /vsdbg"), "FROM a AS debug\nRUN curl -sSL https://aka.ms/getvsdbgsh | sh\nFROM mcr.example/dotnet/aspnet:10.0\n"),
        new("DBG301", "Dockerfile", "FROM a AS tools\nRUN curl -sSL https://aka.ms/getvsdbgsh | sh /dev/stdin -l /opt/dbg\nFROM b\nCOPY --from=tools /opt/dbg /opt/dbg\n", "FROM a AS tools\nRUN curl -sSL https://aka.ms/getvsdbgsh | sh /dev/stdin -l /opt/dbg\nFROM b\nCOPY --from=tools /opt/other /opt/other\n"),
        new("DBG302", "Dockerfile", Image("CMD [\"netcoredbg\", \"--server=4711\", \"--\", \"dotnet\", \"app.dll\"]"), Image("CMD [\"--urls\", \"http://+:8080\"]")),
        new("DBG303", "debug.cmd", "msvsmon.exe /noauth /anyuser /port 4026\n", "msvsmon.exe /port 4026\n"),
        new("DBG304", "Dockerfile", Image("RUN dotnet tool install JetBrains.dotTrace.GlobalTools"), Image("RUN dotnet tool install dotnet-ef")),
        new("DBG305", "compose.yaml", Compose("entrypoint: tail -f /dev/null"), Compose("entrypoint: dotnet app.dll")),
        new("DBG305", "compose.yaml", Compose("labels:\n      com.microsoft.visual-studio.project-name: web"), Compose("labels:\n      com.example.team: web")),
        new("DBG306", "Dockerfile", Image("RUN dotnet tool install --tool-path /tools dotnet-dump"), "FROM a AS build\nRUN dotnet tool install --tool-path /tools dotnet-dump\nFROM b\n"),
        new("DBG306", "Dockerfile", Image("RUN apt-get update && \\\n    apt-get install -y gdb && \\\n    rm -rf /var/lib/apt/lists/*"), Image("RUN apt-get update && apt-get install -y libgdiplus")),
        new("DBG307", "Dockerfile", "ARG TAG=10.0\nARG BASE=mcr.example/dotnet/sdk\nFROM ${BASE}:$TAG AS base\nFROM base\n", "FROM mcr.example/dotnet/sdk:10.0 AS build\nFROM mcr.example/dotnet/aspnet:10.0\n"),
        new("DBG309", "Dockerfile", "FROM s AS build\nRUN dotnet publish app.csproj -c Debug -o /out\nFROM b\nCOPY --from=build /out /app\n", "FROM s AS build\nRUN dotnet publish app.csproj -c Release -o /out\nFROM b\n"),
        new("DBG309", ".github/workflows/ci.yml", "on: push\njobs:\n  b:\n    steps:\n    - run: |\n        dotnet restore\n        dotnet publish --configuration Debug\n", "on: push\njobs:\n  b:\n    steps:\n    - run: dotnet build --configuration Debug\n"),
        new("DBG309", "app.csproj", Project("<PropertyGroup Condition=\"'$(Configuration)' == 'Release'\"><Optimize>false</Optimize></PropertyGroup>"), Project("<PropertyGroup Condition=\"'$(Configuration)' == 'Debug'\"><Optimize>false</Optimize></PropertyGroup>")),
        new("DBG310", "app.csproj", Project("<PropertyGroup><EmbedAllSources>true</EmbedAllSources></PropertyGroup>"), Project("<PropertyGroup><DebugType>none</DebugType></PropertyGroup>")),
        new("DBG310", "publish/wwwroot/app.pdb", "", "") { GoodFile = "src/app.pdb" },
        new("DBG311", "Dockerfile", "FROM b\nCOPY . .\n", "FROM b\nCOPY out/ .\n"),
        new("DBG312", "Program.cs", "Debugger.Launch();", "#if DEBUG\nDebugger.Launch();\n#endif"),
        new("DBG312", "Program.cs", "while (!Debugger.IsAttached) { Thread.Sleep(100); }", "if (Debugger.IsAttached) { Debugger.Break(); }"),
        new("DBG314", "Dockerfile", Image("RUN apk add openssh && echo \"root:Docker!\" | chpasswd"), Image("RUN apk add icu-libs")),
        new("DBG314", "sshd_config", "Port 2222\nPermitRootLogin yes\n", "Port 2222\nPermitRootLogin no\n"),
        new("DBG315", "compose.yaml", Compose("command: ttyd -p 7681 bash"), Compose("command: nginx -g 'daemon off;'")),
        new("DBG316", "Dockerfile", Image("EXPOSE 4711"), Image("EXPOSE 8080")),
        new("DBG501", "package.json", "{ \"scripts\": { \"start\": \"node --inspect=0.0.0.0:9229 app.js\" } }", "{ \"scripts\": { \"start\": \"node app.js\", \"dev\": \"node --inspect app.js\" } }"),
        new("DBG502", "Dockerfile", "FROM jre\nENV JAVA_TOOL_OPTIONS=-agentlib:jdwp=transport=dt_socket,server=y,address=*:5005\n", "FROM jre\nENV JAVA_TOOL_OPTIONS=-Xmx1g\n"),
        new("DBG503", "Dockerfile", "FROM jre\nCMD java -Dcom.sun.management.jmxremote.port=9010 -Dcom.sun.management.jmxremote.authenticate=false -jar a.jar\n", "FROM jre\nCMD java -Dcom.sun.management.jmxremote.port=9010 -jar a.jar\n"),
        new("DBG504", "application.yml", "management:\n  endpoints:\n    web:\n      exposure:\n        include: \"*\"\n", "management:\n  endpoints:\n    web:\n      exposure:\n        include: health,info\n"),
        new("DBG504", "application.properties", "management.endpoints.web.exposure.include=health,heapdump\n", "management.endpoints.web.exposure.include=health\n"),
        new("DBG505", "Dockerfile", "FROM go\nCMD [\"dlv\", \"exec\", \"/app\", \"--headless\", \"--listen=:2345\"]\n", "FROM go\nCMD [\"/app\"]\n"),
        new("DBG506", "main.go", "package main\nimport (\n\t\"net/http\"\n\t_ \"net/http/pprof\"\n)\nfunc main() { http.ListenAndServe(\":8080\", nil) }\n", "package main\nimport (\n\t\"net/http\"\n\t_ \"net/http/pprof\"\n)\nfunc main() { go http.ListenAndServe(\"127.0.0.1:6060\", nil) }\n"),
        new("DBG507", "app.py", "app.run(host='0.0.0.0', debug=True)\n", "app.run(host='0.0.0.0')\n"),
        new("DBG508", "php.ini", "display_errors = On\n", "display_errors = Off\n"),
        new("DBG508", "prod.env", "APP_DEBUG=true\n", "APP_DEBUG=false\n"),
        new("DBG509", "config/environments/production.rb", "config.consider_all_requests_local = true\n", "config.consider_all_requests_local = false\n"),
        new("DBG509", "Gemfile", "gem 'web-console'\n", "group :development do\n  gem 'web-console'\nend\n"),
    ];
}
