using OrleansUploads.Cli.Archives;

namespace OrleansUploads.Cli.Transfers;

/// <summary>The <c>upload</c> command: uploads files as archives.</summary>
internal static class UploadFilesCommand
{
    public static Command Create()
    {
        var files = new FileArgument<string[]>("file")
        {
            Description = "The files and folders to upload. '-' stands for standard input.",
            Arity = ArgumentArity.OneOrMore,
        };
        var description = new Option<string?>("--description", "-d")
        {
            Description = "The description of the archive, which is its name. For a folder, the text that replaces its name. [default: the name as given]",
            HelpName = "text",
        };
        var partSize = TransferOptions.PartSize();
        var workers = TransferOptions.Workers();
        var anew = new Option<bool>("--new")
        {
            Description = "Begin new uploads, even if uploads of these files are in progress.",
        };
        var skip = new Option<bool>("--skip-existing")
        {
            Description = "Leave out files that the vault has with the same description and bytes. Needs an inventory. Always on for folders.",
        };
        var tar = new Option<bool>("--tar") { Description = "Send each folder as one archive, a tar." };
        var exclude = new Option<string[]>("--exclude")
        {
            Description = "Leave out what has this name or path in a folder; may be repeated. '*' stands for any characters, '?' for one.",
            HelpName = "pattern",
        };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only print what would be sent." };
        var unfinished = new Option<UnfinishedAction?>("--unfinished")
        {
            Description = "What to do with unfinished uploads of standard input that have the same description: resume the newest one with the "
                + "same input, abort them, or keep them and begin another.",
            HelpName = "keep|resume|abort",
        }.Parse(
            static text => Enum.TryParse<UnfinishedAction>(text, ignoreCase: true, out var action) ? action : null,
            static text => $"'{text}' is not a valid value for --unfinished.");
        var command = new Command(
            "upload",
            "Upload files as archives. A folder is uploaded as one archive per file, or as a single archive with --tar. If a large file's upload was interrupted, the same command continues it.")
        {
            files, RemoteCommand.Vault, description, partSize, workers, RemoteCommand.Limit, RemoteCommand.RetryFor, anew, skip, tar, exclude, dryRun, unfinished,
        };
        return command.WithConnection().Run((parsed, session, cancellationToken) => new UploadRun(session, new UploadChoice(
            parsed.GetValue(workers),
            parsed.GetValue(partSize),
            parsed.GetValue(description),
            parsed.GetValue(anew),
            parsed.GetValue(skip),
            parsed.GetValue(tar),
            parsed.GetValue(unfinished) ?? UnfinishedAction.Keep,
            parsed.GetValue(RemoteCommand.Limit))
        {
            Excluded = new ExcludedNames(parsed.GetValue(exclude) ?? []),
            IsDryRun = parsed.GetValue(dryRun),
        })
            .RunAsync([.. parsed.GetRequiredValue(files).DistinctBy(ArchiveName.OfPath)], cancellationToken));
    }
}

/// <summary>How files are uploaded, as the options of the command say.</summary>
/// <param name="Workers">The number of parts, or of small files, that are sent at the same time.</param>
/// <param name="PartSizeBytes">The part size, or null to choose it by the size of the file.</param>
/// <param name="Description">The description, or null for the file's name as it was given.</param>
/// <param name="StartsAnew">Whether a new upload begins even if one of the same file is in progress.</param>
/// <param name="SkipsExisting">Whether files are left out that the vault already has under the same description.</param>
/// <param name="AsTar">Whether a folder is one archive, a tar, and not an archive for each of its files.</param>
/// <param name="Unfinished">What happens to earlier uploads of standard input with the same description.</param>
/// <param name="BytesPerSecond">The maximum rate of the command, or null for none.</param>
internal sealed record UploadChoice(
    int Workers,
    long? PartSizeBytes = null,
    string? Description = null,
    bool StartsAnew = false,
    bool SkipsExisting = false,
    bool AsTar = false,
    UnfinishedAction Unfinished = UnfinishedAction.Keep,
    long? BytesPerSecond = null)
{
    /// <summary>What is left out of folders.</summary>
    public ExcludedNames Excluded { get; init; } = ExcludedNames.None;

    /// <summary>Whether nothing is sent.</summary>
    public bool IsDryRun { get; init; }
}

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
