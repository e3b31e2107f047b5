namespace OrleansUploads.Cli.Transfers;

/// <summary>How files are uploaded, as the options of the command say.</summary>
/// <param name="Vault">The vault's name.</param>
/// <param name="Workers">The number of parts, or of small files, that are sent at the same time.</param>
/// <param name="PartSizeBytes">The part size, or null to choose it by the size of the file.</param>
/// <param name="Description">The description, or null for the file's name as it was given.</param>
/// <param name="StartsAnew">Whether a new upload begins even if one of the same file is in progress.</param>
/// <param name="SkipsExisting">Whether files are left out that the vault already has under the same description.</param>
/// <param name="AsTar">Whether a folder is one archive, a tar, and not an archive for each of its files.</param>
/// <param name="Unfinished">What happens to earlier uploads of standard input with the same description.</param>
internal sealed record UploadChoice(
    string Vault,
    int Workers,
    long? PartSizeBytes = null,
    string? Description = null,
    bool StartsAnew = false,
    bool SkipsExisting = false,
    bool AsTar = false,
    UnfinishedAction Unfinished = UnfinishedAction.Keep);

/// <summary>What happens to uploads of standard input that were interrupted, when the command is repeated. A pipe cannot be read twice, so
/// the command cannot find out which of them has the same bytes.</summary>
internal enum UnfinishedAction
{
    /// <summary>The user is told of them.</summary>
    Keep,

    /// <summary>The newest is continued with the new input, whose beginning has to be the same.</summary>
    Resume,

    /// <summary>They are aborted.</summary>
    Abort,
}
