namespace DebugRelay.Shipper.Siem.Ocsf;

/// <summary>The classes of OCSF that events are told in, by their `class_uid`; the thousands name the category.</summary>
internal static class OcsfClass
{
    /// <summary>The version of the schema that all events are made by.</summary>
    public const string SchemaVersion = "1.4.0";

    public const int BaseEvent = 0;
    public const int DetectionFinding = 2004;
    public const int Authentication = 3002;
    public const int AuthorizeSession = 3003;
    public const int UserAccess = 3005;
    public const int TunnelActivity = 4014;
    public const int ApiActivity = 6003;
}

/// <summary>`severity_id`.</summary>
internal enum OcsfSeverity
{
    Informational = 1,
    Low = 2,
    Medium = 3,
    High = 4,
    Critical = 5,
}
