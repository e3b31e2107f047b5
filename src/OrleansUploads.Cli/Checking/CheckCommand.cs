using OrleansUploads.Cli.Serving;
using OrleansUploads.Cli.Transfers;
using OrleansUploads.Engine.ObjectStorage;

namespace OrleansUploads.Cli.Checking;

/// <summary>The <c>check</c> command: compares the bytes in a data folder with its journal.</summary>
internal static class CheckCommand
{
    public static Command Create()
    {
        var data = CommonOptions.Data(
            "The data folder. A server may be using it. If none is, no server can start on it until the check has ended.");
        var deep = new Option<bool>("--deep")
        {
            Description = "Recompute the tree hash of every part and archive. Without this option, only block checksums are compared.",
        };
        var limit = TransferOptions.Limit("The maximum rate at which bytes are read, such as 50MiB/s.");
        var resume = new Option<FileInfo?>("--resume")
        {
            Description = "Save the progress of the check in this file, and continue from it if the file exists.",
            HelpName = "file",
        };
        var json = new Option<bool>("--json") { Description = "Print one JSON document instead of text." };
        var orphans = new Option<bool>("--orphans")
        {
            Description = "Also list uploads with bytes that nothing refers to. These are not counted as damage.",
        };
        var quiet = new Option<bool>("--quiet", "-q") { Description = "Do not print progress to standard error." };
        var parts = ServeOptions.OfParts();
        var command = new Command(
            "check",
            "Compare the bytes in a data folder with its journal. Exit codes: 0 if everything is sound, 1 if something is damaged, "
            + "2 if the check could not be completed.")
        {
            data, deep, limit, resume, json, orphans, quiet,
        };
        foreach (var option in parts.Values)
        {
            command.Add(option);
        }

        command.Validators.Add(result => ServeOptions.Validate(result, parts));
        return command.Run((parsed, cancellationToken) => new CheckRun(new CheckSettings(
            parsed.GetRequiredValue(data).FullName,
            parsed.GetValue(deep),
            parsed.GetValue(limit),
            parsed.GetValue(resume)?.FullName,
            parsed.GetValue(json),
            parsed.GetValue(orphans),
            parsed.GetValue(quiet))
        {
            Parts = ServeOptions.Bind(parts, parsed.GetValue).PartsAddress,
        }).RunAsync(cancellationToken));
    }
}

/// <summary>The options of the <c>check</c> command.</summary>
/// <param name="DataFolder">The full path of the data folder.</param>
/// <param name="Deep">Whether tree hashes are recomputed.</param>
/// <param name="BytesPerSecond">The maximum number of bytes to read per second, or null for no limit.</param>
/// <param name="ResumeFile">The file in which progress is saved; null to save none.</param>
/// <param name="Json">Whether the output is one JSON document.</param>
/// <param name="ListOrphans">Whether uploads with bytes that nothing refers to are listed.</param>
/// <param name="Quiet">Whether no progress is printed.</param>
internal sealed record CheckSettings(
    string DataFolder, bool Deep, long? BytesPerSecond, string? ResumeFile, bool Json, bool ListOrphans, bool Quiet)
{
    /// <summary>Where the bytes are, if they are not in the folder.</summary>
    public StorageAddress? Parts { get; init; }
}
