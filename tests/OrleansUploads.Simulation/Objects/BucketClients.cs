using OrleansUploads.Core.Buckets;

namespace OrleansUploads.Simulation.Objects;

/// <summary>Clients that create the bucket, ask for its deletion, and finally empty and delete it.</summary>
internal sealed class BucketClients(SimulatedWorld world, ProcessCalls calls, ObjectModel model, ObjectClients objects)
{
    /// <summary>Writes whose answers were lost may still come, and each of them makes the bucket not empty once more.</summary>
    private const int MaxRounds = 100;

    public bool IsDeleted { get; private set; }

    /// <summary>Creates the bucket and the object that keeps it from being deleted. Repeated until it is answered.</summary>
    public async Task BeginAsync()
    {
        while (await CreateAsync() is null)
        {
            await world.Delay(TimeSpan.FromSeconds(1));
        }

        while (!await objects.PutAsync(ObjectModel.Anchor))
        {
            await world.Delay(TimeSpan.FromSeconds(1));
        }
    }

    /// <summary>Asks for the deletion of the bucket while it has an object: this must be refused, and must leave nothing behind.</summary>
    public async Task TryDeleteAsync()
    {
        if (await DeleteAsync() is { } known && known.Refusal is not ObjectRefusal.BucketNotEmpty)
        {
            world.Fail($"buckets: the deletion of a bucket with an object got {known.Refusal?.ToString() ?? "done"}");
        }
    }

    /// <summary>Deletes every object but the last, which is found after the leaves of the others are sealed.</summary>
    public async Task EndInVainAsync()
    {
        foreach (var key in model.Keys)
        {
            await objects.DeleteAsync(key);
        }

        await TryDeleteAsync();
    }

    public async Task EndAsync()
    {
        for (var round = 0; !IsDeleted; round++)
        {
            if (round == MaxRounds)
            {
                world.Fail("buckets: the bucket cannot be deleted although all its objects are");
                return;
            }

            foreach (var key in model.KeysAndAnchor)
            {
                await objects.DeleteAsync(key);
            }

            // After an answer that was lost, the bucket may not exist any more.
            IsDeleted = await DeleteAsync() is { Refusal: null or ObjectRefusal.BucketNotFound };
            await world.Delay(TimeSpan.FromSeconds(1));
        }

        Outcome<CreatedBucket>? created;
        while ((created = await CreateAsync()) is null)
        {
            await world.Delay(TimeSpan.FromSeconds(1));
        }

        if (created.Value.Answer.Bucket is not { Bucket.Epoch: 2 })
        {
            world.Fail($"buckets: the bucket was created again as {created.Value.Answer.Bucket}");
        }
    }

    private Task<Outcome<CreatedBucket>?> CreateAsync() => calls.SendAsync(
        "create bucket",
        process => process.Host.AskAsync(
            Some.Account.Entity, new CreateBucket(Some.Account, SomeObject.BucketName), CancellationToken.None).AsTask());

    private Task<Outcome<Done>?> DeleteAsync() => calls.SendAsync(
        "delete bucket",
        process => process.Host.AskAsync(
            SomeObject.BucketName.Entity, new DeleteBucket(SomeObject.BucketName, Some.Account), CancellationToken.None).AsTask());
}
