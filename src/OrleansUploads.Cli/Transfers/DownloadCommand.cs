using OrleansUploads.Cli.Archives;

namespace OrleansUploads.Cli.Transfers;

/// <summary>The <c>download</c> command: retrieves archives.</summary>
internal static class DownloadCommand
{
    public static Command Create()
    {
        var archives = new ArchiveArgument("archive")
        {
            Description = "The archives: an ID or its beginning as 'archive list' shows it, or a name, which stands for the newest archive that has it.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var filter = new ArchiveFilter();
        var output = new Option<string?>("--output", "-o")
        {
            Description = "The file or folder to write, or '-' for standard output. A file appears when all its bytes are verified; until then it "
                + "is FILE.partial. Several archives need a folder, which is created. [default: the last part of the name of a single archive, in the "
                + "current folder]",
            HelpName = "path",
        }.RefuseEmpty();
        var overwrite = new Option<bool>("--overwrite") { Description = "Replace files that exist." };
        var skip = new Option<bool>("--skip-existing")
        {
            Description = "Leave out files that exist with the bytes of their archives. Always on for folders.",
        };
        var tier = new Option<ArchiveRetrievalTier?>("--tier")
        {
            Description = "How fast archives are retrieved: Expedited, Standard or Bulk. [default: the server's]",
            HelpName = "tier",
        }.Parse(
            static text => Enum.GetValues<ArchiveRetrievalTier>().Cast<ArchiveRetrievalTier?>()
                .FirstOrDefault(tier => text.Equals(tier.ToString(), StringComparison.OrdinalIgnoreCase)),
            static text => $"--tier is '{text}'. It must be one of {string.Join(", ", Enum.GetNames<ArchiveRetrievalTier>())}.");
        var workers = TransferOptions.Workers();
        var command = new Command(
            "download",
            "Retrieve archives into files: start jobs, wait for them, and fetch and verify the bytes. If a download was interrupted, the same "
            + "command continues it.")
        {
            archives, RemoteCommand.Vault, output, overwrite, skip, tier, workers, RemoteCommand.Limit, RemoteCommand.RetryFor,
        };
        filter.AddTo(command);
        command.Validators.Add(result =>
        {
            if (filter.IsUsed(result) == result.GetResult(archives)?.Tokens.Count > 0)
            {
                result.AddError("Name archives, or choose some by name or date: --name 'Pictures/*'.");
            }
            else if (result.GetResult(output) is null && result.GetResult(archives)?.Tokens.Count != 1)
            {
                result.AddError("Several archives need a folder: name it with -o.");
            }
        });
        return command.WithConnection().Run((parsed, session, cancellationToken) => RunAsync(
            session,
            parsed.GetValue(archives) ?? [],
            parsed.GetValue(output),
            named => new DownloadChoice(
                named, parsed.GetValue(overwrite), parsed.GetValue(skip), parsed.GetValue(tier), parsed.GetValue(workers)),
            entry => filter.Includes(parsed, entry),
            filter.Words(parsed),
            cancellationToken));
    }

    /// <param name="output">The file or folder to write, or null for a file in the current folder with the name of the only archive.</param>
    /// <param name="choose">Completes what is said of the output.</param>
    /// <param name="filterWords">The options that <paramref name="includes"/> stands for, with a leading space.</param>
    private static async Task<int> RunAsync(
        Session session,
        string[] words,
        string? output,
        Func<string, DownloadChoice> choose,
        Func<InventoryEntry, bool> includes,
        string filterWords,
        CancellationToken cancellationToken)
    {
        var lookup = new ArchiveLookup(session);
        if (output is null)
        {
            var only = (await lookup.FindEntriesAsync(words, includes, cancellationToken))[0];
            var file = choose(DefaultFileName.Of(only));
            file.RequireTarget(session.Printer);
            await new DownloadRun(session, file).RunAsync(only.ArchiveId, cancellationToken);
            return ExitCode.Done;
        }

        var choice = choose(output);
        if (words.Length == 1 && (output == DownloadChoice.StandardOutput || !choice.IsFolder))
        {
            choice.RequireTarget(session.Printer);
            var found = await lookup.FindAsync(words, alsoNames: true, cancellationToken);
            await new DownloadRun(session, choice).RunAsync(found[0], cancellationToken);
            return ExitCode.Done;
        }

        choice.RequireFolder();
        var chosen = await lookup.FindEntriesAsync(words, includes, cancellationToken);
        var resume = $"{ProgramName.Text} download{string.Concat(words.Select(static word => $" {ProgramName.Quote(word)}"))}"
            + $"{filterWords} --vault {session.Vault}{choice.Words}{session.ServerWords}";
        return await new FolderDownload(session, choice).RunAsync(chosen, resume, cancellationToken);
    }
}
