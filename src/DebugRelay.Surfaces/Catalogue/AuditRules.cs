using static DebugRelay.Surfaces.Catalogue.Severity;

namespace DebugRelay.Surfaces.Catalogue;

/// <summary>The audit's own rules: what it was told to overlook, and what it could not read.</summary>
internal static class AuditRules
{
    public static readonly SurfaceRule[] All =
    [
        new("DBG001", High, "A suppression has expired",
            "A debug surface was accepted until a date, and the date has passed: the switch that was to be temporary is still there. Entries that end within 14 days are noted.",
            "Remove the switch, or renew the suppression with its owner, a reason and a new date.", 489),
        new("DBG002", Medium, "A suppression without owner, reason or end",
            "What is accepted without a name, a reason and an end is accepted for ever by nobody. An end further away than the horizon (90 days unless set) counts as none.",
            "Write owner=, reason= and until=; keep the end within the horizon.", 489),
        new("DBG003", Low, "A suppression that matches nothing",
            "The finding it was written for is gone. Left in place it would hide the next one of its kind.",
            "Delete the entry.", 1164),
        new("DBG004", Note, "A file could not be read",
            "The file is broken, too large, or in a dialect that is not understood, so that what stands in it was not judged. The scan is incomplete.",
            "Mend the file, or leave it out with --exclude, which says so openly.", 489),
    ];
}
