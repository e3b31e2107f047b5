using OrleansUploads.Cli.Archives;

namespace OrleansUploads.Cli.Transfers;

/// <summary>The <c>download</c> command: retrieves an archive into a file.</summary>
internal static class DownloadCommand
{
    public static Command Create()
    {
        var archive = new Argument<string>("archive")
        {
            Description = "The ID of the archive or its beginning as 'archive list' shows it, or the description of the newest such archive.",
        };
        var output = new Option<string>("--output", "-o")
        {
            Description = "The file to write. It appears when all its bytes are verified; until then it is FILE.partial.",
            HelpName = "file",
            Required = true,
        }.RefuseEmpty();
        var overwrite = new Option<bool>("--overwrite") { Description = "Replace the file if it exists." };
        var tier = new Option<RetrievalTier?>("--tier")
        {
            Description = "How fast the archive is retrieved: Expedited, Standard or Bulk. [default: the server's]",
            HelpName = "tier",
        }.Parse(
            static text => Enum.GetValues<RetrievalTier>().Cast<RetrievalTier?>()
                .FirstOrDefault(tier => text.Equals(tier.ToString(), StringComparison.OrdinalIgnoreCase)),
            static text => $"--tier is '{text}'. It must be one of {string.Join(", ", Enum.GetNames<RetrievalTier>())}.");
        var workers = TransferOptions.Workers();
        var command = new Command(
            "download",
            "Retrieve an archive into a file: start a job, wait for it, and fetch and verify the bytes. If a download was "
            + "interrupted, the same command continues it.")
        {
            archive, RemoteCommand.Vault, output, overwrite, tier, workers, RemoteCommand.Limit,
        };
        return command.WithConnection().Run(async (parsed, session, cancellationToken) =>
        {
            var choice = new DownloadChoice(
                parsed.GetRequiredValue(archive),
                parsed.GetRequiredValue(output),
                parsed.GetValue(overwrite),
                parsed.GetValue(tier),
                parsed.GetValue(workers));
            choice.RequireTarget();
            var found = await new ArchiveLookup(session).FindAsync([choice.ArchiveId], alsoNames: true, cancellationToken);
            return await new DownloadRun(session, choice with { ArchiveId = found[0] }).RunAsync(cancellationToken);
        });
    }
}
