namespace OrleansUploads.Simulation.Bugs;

/// <summary>Altered copies of the collector.</summary>
internal static class CollectorBugs
{
    /// <summary>Deletes every attempt that is not a part now, regardless of its age.</summary>
    internal sealed class NoGrace : PlantedBug
    {
        public override async ValueTask<CollectionReport> CollectAsync(SimulatedProcess process, TimeSpan grace)
        {
            var deleted = 0;
            await foreach (var upload in process.Parts.ListUploadsAsync(CancellationToken.None))
            {
                try
                {
                    deleted += await CollectAsync(process, upload, process.Clock.GetUtcNow() - grace);
                }
                catch (Exception fault) when (fault is EntityUnavailableException or AttemptDamagedException or IOException)
                {
                    // Like the real collector: the next round asks again.
                }
            }

            return new CollectionReport(AttemptsDeleted: deleted);
        }

        private static async ValueTask<int> CollectAsync(SimulatedProcess process, UploadId upload, DateTimeOffset before)
        {
            var attempts = await process.Parts.AllAttemptsAsync(upload, CancellationToken.None);
            var answer = await process.Host.AskAsync(upload.Entity, new FenceAttempts(before), CancellationToken.None);
            IEnumerable<AttemptId> inUse = answer.Answer switch
            {
                AttemptsInUse.Only only => only.Attempts,
                AttemptsInUse.ByManifest => (await process.Parts.ReadManifestAsync(upload, CancellationToken.None))?
                    .Extents.Select(extent => extent.Place.Attempt!.Value) ?? attempts,
                _ => [],
            };
            var deleted = 0;
            foreach (var attempt in attempts.Except(inUse))
            {
                await process.Parts.DeleteAttemptAsync(upload, attempt, CancellationToken.None);
                deleted++;
            }

            return deleted;
        }
    }

    /// <summary>Treats every old attempt as abandoned, without asking the owner.</summary>
    internal sealed class DoesNotAsk : PlantedBug
    {
        public override async ValueTask<CollectionReport> CollectAsync(SimulatedProcess process, TimeSpan grace)
        {
            var before = process.Clock.GetUtcNow() - grace;
            await foreach (var upload in process.Parts.ListUploadsAsync(CancellationToken.None))
            {
                foreach (var attempt in await process.Parts.AllAttemptsAsync(upload, CancellationToken.None))
                {
                    if (attempt.CreatedAt < before)
                    {
                        await process.Parts.DeleteAttemptAsync(upload, attempt, CancellationToken.None);
                    }
                }
            }

            return default;
        }
    }
}
