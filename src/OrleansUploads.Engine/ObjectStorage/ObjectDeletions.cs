namespace OrleansUploads.Engine.ObjectStorage;

/// <summary>Deletes objects: several with one call if the store can do that, otherwise one by one, a few at a time.</summary>
/// <param name="storage">The store.</param>
/// <param name="calls">Sends calls to it.</param>
/// <param name="deletesSeveral">Whether one call can delete several objects, as the trial has found.</param>
/// <param name="atATime">The number of single deletions that are in flight at a time.</param>
internal sealed class ObjectDeletions(IObjectStorage storage, ObjectCalls calls, bool deletesSeveral, int atATime)
{
    /// <summary>Deletes objects. If it throws, any of them may be deleted.</summary>
    /// <exception cref="PartStoreUnavailableException">Not all objects could be deleted.</exception>
    public async Task DeleteAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        if (keys.Count == 1 || !deletesSeveral)
        {
            await Parallel.ForEachAsync(
                keys,
                new ParallelOptions { MaxDegreeOfParallelism = atATime, CancellationToken = cancellationToken },
                async (key, token) => await calls.RunAsync($"deleting {key}", sent => storage.DeleteAsync(key, sent), token));
            return;
        }

        foreach (var some in keys.Chunk(storage.MaxDeletions))
        {
            await DeleteSomeAsync(some, cancellationToken);
        }
    }

    private async Task DeleteSomeAsync(string[] keys, CancellationToken cancellationToken)
    {
        // A further try sends only what is left.
        IReadOnlyList<string> left = keys;
        await calls.RunAsync(
            $"deleting {keys.Length} objects, such as {keys[0]},",
            async token =>
            {
                var failed = await storage.DeleteAsync(left, token);
                if (failed.Count > 0)
                {
                    left = [.. failed.Select(static failure => failure.Key)];
                    throw new ObjectsLeftException(failed[0], failed.Count);
                }
            },
            cancellationToken);
    }
}
