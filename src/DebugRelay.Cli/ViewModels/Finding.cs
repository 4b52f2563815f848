namespace DebugRelay.Cli.ViewModels;

/// <summary>What stands out of a process's counters: arithmetic with its rule, never a guess.</summary>
/// <param name="Rule">The rule's name.</param>
/// <param name="Text">What, with the numbers.</param>
/// <param name="Advice">Where to look next, with its key.</param>
/// <param name="Urgent">Act now; else: look at it.</param>
internal sealed record Finding(string Rule, string Text, string Advice, bool Urgent);

/// <summary>A rule that says when something stands out.</summary>
/// <param name="Name">Short.</param>
/// <param name="Says">When it fires, in words with its thresholds.</param>
/// <param name="Judge">Null where nothing stands out.</param>
internal sealed record FindingRule(string Name, string Says, Func<Vitals, Finding?> Judge);
