namespace OrleansUploads.Simulation.Workload;

/// <summary>The steps of the real part intake for a whole block with a known hash. Hashing every MiB would make schedules
/// ten times slower. Some seeds use the real intake.</summary>
internal sealed class SharedBlockIntake(SimulatedProcess process)
{
    public async ValueTask<Outcome<Done>> StorePartAsync(
        UploadId upload, VaultIncarnation vault, PartRange range, Content content, CancellationToken cancellationToken)
    {
        var check = await process.Host.AskAsync(upload.Entity, new CheckPart(vault, range), cancellationToken);
        if (check.Refusal is { } refusal)
        {
            return new(refusal);
        }

        var attempt = process.Ids.NewAttempt();
        await using (var writer = await process.Parts.CreateAsync(upload, attempt, content.LengthBytes, cancellationToken))
        {
            if (writer is PartStorePort.Writer shared)
            {
                shared.WriteShared(content.Whole);
            }
            else
            {
                await writer.WriteAsync(content.Bytes, cancellationToken);
            }

            await writer.CommitAsync(new[] { content.Digest }, cancellationToken);
        }

        return await new AttemptIntake(process.Host, process.Parts, lanes: null, new MaintenanceOptions()).ReportAsync(
            upload,
            attempt,
            range.LengthBytes,
            new StorePart(vault, range, content.TreeHash, attempt, content.Sender),
            cancellationToken);
    }
}
