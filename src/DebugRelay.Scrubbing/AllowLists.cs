namespace DebugRelay.Scrubbing;

/// <summary>
/// Names of arguments, headers, query keys and environment variables whose values are kept: what an engineer needs to see and what holds no secret.
/// The detectors still look at these values.
/// </summary>
internal sealed record AllowLists(NameList Arguments, NameList Headers, NameList QueryKeys, NameList Variables)
{
    /// <summary>What ships.</summary>
    public static AllowLists Default { get; } = new(
        new NameList(
            "applicationName config configuration contentRoot culture environment framework host http_ports https_ports launch-profile level log-level "
            + "loglevel mode port profile project region runtime settings urls verbosity webroot zone *file *path *dir *directory *folder "
            + "ConnectionStrings:* Logging:* nologo noconfig restore tl tl:* tlp tlp:* clp consoleloggerparameters flp flp:* maxcpucount nodeReuse target output "
            + "architecture arch os self-contained no-restore no-build interactive"),
        new NameList(
            "Accept Accept-* Access-Control-* Age Allow Alt-Svc Cache-Control Connection Content-Disposition Content-Encoding Content-Language "
            + "Content-Length Content-Range Content-Type Content-Security-Policy* Cross-Origin-* Date DNT ETag Expect Expires Host If-Match If-Modified-Since "
            + "If-None-Match If-Range If-Unmodified-Since Keep-Alive Last-Modified Max-Forwards NEL Origin-Agent-Cluster Permissions-Policy Pragma "
            + "Priority Range Referrer-Policy Report-To Retry-After Sec-Ch-* Sec-Fetch-* Sec-WebSocket-Extensions Sec-WebSocket-Protocol "
            + "Sec-WebSocket-Version Server Server-Timing Strict-Transport-Security TE Timing-Allow-Origin Trailer Transfer-Encoding Upgrade "
            + "Upgrade-Insecure-Requests User-Agent Vary Via Warning X-Content-Type-Options X-Frame-Options X-Powered-By X-Requested-With "
            + "X-XSS-Protection traceparent tracestate Request-Id X-Request-Id X-Correlation-Id x-ms-version x-ms-date x-ms-request-id grpc-* :*"),
        new NameList(
            "page pageSize page_size per_page limit offset skip take top count size start end sort sort_by sortBy order orderBy order_by dir direction lang "
            + "language locale culture hl version v api-version apiVersion format view tab mode timeout encoding charset cache debug verbose pretty "
            + "includes include fields expand sv sr sp se st ss srt spr skoid restype comp $* X-Amz-Algorithm X-Amz-Date X-Amz-Expires X-Amz-SignedHeaders "
            + "utm_* response_type response_mode grant_type code_challenge_method prompt"),
        new NameList(
            "PATH PWD OLDPWD HOME SHELL TERM COLORTERM LANG LANGUAGE LC_* TZ SHLVL HOSTNAME EDITOR PAGER DISPLAY TMPDIR TMP TEMP OS PROCESSOR_* "
            + "NUMBER_OF_PROCESSORS COMSPEC PATHEXT SYSTEMROOT SYSTEMDRIVE WINDIR PROGRAMFILES* PROGRAMDATA COMMONPROGRAMFILES* ALLUSERSPROFILE PUBLIC XDG_* "
            + "DOTNET_ENVIRONMENT DOTNET_VERSION DOTNET_ROOT* DOTNET_RUNNING_IN_CONTAINER DOTNET_GC* DOTNET_Tiered* DOTNET_TC_* DOTNET_ReadyToRun DOTNET_EnableDiagnostics* "
            + "DOTNET_EnableEventPipe DOTNET_EventPipe* DOTNET_DefaultDiagnosticPortSuspend DOTNET_Thread* DOTNET_SYSTEM_GLOBALIZATION_INVARIANT DOTNET_CLI_* "
            + "DOTNET_NOLOGO DOTNET_USE_POLLING_FILE_WATCHER DOTNET_HOSTBUILDER__RELOADCONFIGONCHANGE DOTNET_LAUNCH_PROFILE COMPlus_GC* COMPlus_Tiered* "
            + "ASPNETCORE_ENVIRONMENT ASPNETCORE_URLS ASPNETCORE_HTTP_PORTS ASPNETCORE_HTTPS_PORTS ASPNETCORE_CONTENTROOT ASPNETCORE_VERSION ASPNET_VERSION "
            + "ASPNETCORE_DETAILEDERRORS NUGET_PACKAGES NUGET_XMLDOC_MODE LOGGING__* KUBERNETES_SERVICE_PORT* KUBERNETES_PORT POD_NAME POD_NAMESPACE NODE_NAME APP_UID "
            + "WEBSITE_SITE_NAME REGION_NAME AWS_REGION AWS_DEFAULT_REGION AWS_EXECUTION_ENV LOG_LEVEL PORT CI"));
}
