namespace OrleansUploads.Cli.Transfers;

/// <summary>The <c>upload</c> command: uploads files as archives.</summary>
internal static class UploadCommand
{
    public static Command Create()
    {
        var files = new FileArgument<string[]>("file")
        {
            Description = "The files and folders to upload. '-' stands for standard input.",
            Arity = ArgumentArity.OneOrMore,
        };
        var vault = CommonOptions.Vault();
        var description = new Option<string?>("--description", "-d")
        {
            Description = "The description of the archive: printable ASCII. For a folder, what stands for its name. [default: the name as given]",
            HelpName = "text",
        };
        var partSize = TransferOptions.PartSize();
        var workers = TransferOptions.Workers();
        var limit = TransferOptions.Limit();
        var anew = new Option<bool>("--new")
        {
            Description = "Begin new uploads, even if uploads of these files are in progress.",
        };
        var skip = new Option<bool>("--skip-existing")
        {
            Description = "Leave out files that the vault has with the same description and bytes. Needs an inventory. Always on for folders.",
        };
        var tar = new Option<bool>("--tar") { Description = "Send each folder as one archive, a tar." };
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
            "Upload files as archives. A folder gives an archive for each of its files, or one with --tar. If a large file's upload was interrupted, the same command continues it.")
        {
            files, vault, description, partSize, workers, limit, anew, skip, tar, unfinished,
        };
        return command.WithConnection().Run(
            (parsed, session, cancellationToken) => new UploadRun(session, new UploadChoice(
                parsed.GetRequiredValue(vault),
                parsed.GetValue(workers),
                parsed.GetValue(partSize),
                parsed.GetValue(description),
                parsed.GetValue(anew),
                parsed.GetValue(skip),
                parsed.GetValue(tar),
                parsed.GetValue(unfinished) ?? UnfinishedAction.Keep))
                .RunAsync([.. parsed.GetRequiredValue(files).Distinct(StringComparer.Ordinal)], cancellationToken),
            limit);
    }
}
