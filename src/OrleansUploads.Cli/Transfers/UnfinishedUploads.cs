namespace OrleansUploads.Cli.Transfers;

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

/// <summary>The uploads in progress with the description of standard input.</summary>
internal sealed class UnfinishedUploads(Session session, OpenUploads open, UploadChoice choice)
{
    /// <summary>Does what the user has chosen.</summary>
    /// <returns>The ID of the upload to continue, or null to begin one.</returns>
    public async Task<string?> PrepareAsync(string description, CancellationToken cancellationToken)
    {
        var ids = (await open.FindAsync(description, sizeBytes: 0, cancellationToken)).Select(static upload => upload.UploadId).ToList();
        if (ids.Count == 0 || choice.StartsAnew)
        {
            return null;
        }

        switch (choice.Unfinished)
        {
            case UnfinishedAction.Resume:
                return ids[0];
            case UnfinishedAction.Abort:
                foreach (var id in ids)
                {
                    await session.Connection.Client.AbortMultipartUploadAsync(choice.Vault, id, cancellationToken);
                    session.Printer.Note($"Aborted {id}.");
                }

                return null;
            default:
                Tell(description, ids);
                return null;
        }
    }

    private void Tell(string description, List<string> ids)
    {
        var vault = $"--vault {choice.Vault}{session.ServerWords}";
        var resume = $"{ProgramName.Text} uploads resume {ids[0]} {StandardInput.Name} {vault}";
        session.Printer.Event(new { @event = "unfinished", file = StandardInput.Name, uploadIds = ids, resume });
        session.Printer.Note(
            $"{Quantity.Format(ids.Count, "upload")} with the description '{description}' did not finish, and the server keeps the parts. This "
            + "command begins another one.\n"
            + $"  To continue with the same input instead: {resume}\n"
            + $"  To delete the parts: {ProgramName.Text} uploads abort {string.Join(' ', ids)} {vault}\n"
            + "  The next time: --unfinished resume, or --unfinished abort");
    }
}
