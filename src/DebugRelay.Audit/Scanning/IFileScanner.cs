namespace DebugRelay.Audit.Scanning;

/// <summary>Judges one kind of file.</summary>
internal interface IFileScanner
{
    /// <summary>Whether it judges files of this name.</summary>
    /// <param name="path">Relative, with `/`.</param>
    /// <param name="name">The part behind the last `/`.</param>
    bool Takes(string path, string name);

    /// <summary>Whether it reads the file as text; otherwise the text that it gets is empty.</summary>
    bool NeedsText => true;

    /// <summary>Judges a file. A file that cannot be understood is reported with <see cref="FileScan.Unreadable"/> and not by an exception.</summary>
    void Scan(FileScan scan);
}
