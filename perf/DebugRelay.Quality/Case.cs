namespace DebugRelay.Quality;

/// <summary>A secret that must be found, and the family under which its recall is counted.</summary>
/// <param name="Start">First character; -1 where the corpus only says that the text holds one.</param>
/// <param name="End">Behind the last character.</param>
/// <param name="Family">A rule's name.</param>
internal readonly record struct Expected(int Start, int End, string Family);

/// <summary>One labelled text.</summary>
/// <param name="Corpus">Its folder.</param>
/// <param name="Name">The corpus's name for the case's kind.</param>
/// <param name="Text">What is scanned.</param>
/// <param name="Secrets">What must be found.</param>
/// <param name="Judged">Rules whose other findings are false alarms here; null: all rules.</param>
internal sealed record Case(string Corpus, string Name, string Text, IReadOnlyList<Expected> Secrets, IReadOnlySet<string>? Judged);
