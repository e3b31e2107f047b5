namespace OrleansUploads.Engine.ObjectStorage;

/// <summary>What only some stores can do: create an object only if it does not exist, and delete several with one
/// call.</summary>
internal readonly record struct StoreAbilities(bool CreatesOnly, bool DeletesSeveral);

/// <summary>Tries on a store what a part store relies on, with objects that are deleted afterwards.</summary>
internal static class StoreTrial
{
    private const string Prefix = "trial/";
    private const int RangeBytes = 4;
    private const int Tries = 5;

    public static async Task<StoreAbilities> RunAsync(IObjectStorage storage, ObjectCalls calls, CancellationToken cancellationToken)
    {
        string? page = null;
        do
        {
            var current = page;
            var left = await calls.RunAsync("a listing", token => storage.ListAsync(Prefix, current, token), cancellationToken);
            foreach (var stored in left.Objects)
            {
                await calls.RunAsync("a deletion", token => storage.DeleteAsync(stored.Key, token), cancellationToken);
            }

            page = left.Next;
        }
        while (page is not null);

        for (var tries = 1; ; tries++)
        {
            try
            {
                return await TryAsync(storage, calls, cancellationToken);
            }
            catch (ObjectMissingException) when (tries < Tries)
            {
                // Another process that starts at the same time has removed the objects of this trial.
            }
            catch (ObjectMissingException missing)
            {
                throw new PartStoreUnavailableException(
                    $"{storage.Address} cannot keep parts: what was just written is missing. Use another store.", missing);
            }
        }
    }

    private static async Task<StoreAbilities> TryAsync(IObjectStorage storage, ObjectCalls calls, CancellationToken cancellationToken)
    {
        var content = "OrleansUploads tries what the store can do."u8.ToArray();

        // Several processes may start at the same time, so each has its own key.
        var key = Prefix + Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(AttemptId.Bytes));
        await PutAsync(key, onlyIfAbsent: false);
        try
        {
            await RequireRangeAsync(new ObjectRange(0, content.Length), content, "reading what was just written");
            await RequireRangeAsync(new ObjectRange(2, RangeBytes), content.AsMemory(2, RangeBytes), "reading a range");
            var listed = await calls.RunAsync("a listing", token => storage.ListAsync(key, null, token), cancellationToken);
            if (listed.Objects.Count == 0)
            {
                // Reading it again tells an object that is gone from one that the listing does not show.
                await RequireRangeAsync(new ObjectRange(0, content.Length), content, "reading what was just written");
            }

            Require(listed.Objects is [var only] && only == new ListedObject(key, content.Length), "listing what was just written");

            // The second time on another key, because the first may have been removed.
            var createsOnly = await CanCreateOnlyAsync(key) || await CanCreateOnlyAsync($"{key}c");
            return new StoreAbilities(createsOnly, storage.MaxDeletions > 1 && await CanDeleteSeveralAsync());
        }
        finally
        {
            await DeleteAsync(key);
            await DeleteAsync($"{key}c");
        }

        Task PutAsync(string to, bool onlyIfAbsent) => calls.RunAsync(
            "a write",
            async token =>
            {
                using var bytes = new MemoryStream(content, writable: false);
                await storage.PutAsync(to, bytes, content.Length, onlyIfAbsent, token);
            },
            cancellationToken);

        async Task RequireRangeAsync(ObjectRange range, ReadOnlyMemory<byte> expected, string what)
        {
            var (read, total) = await calls.RunAsync(
                what,
                async token =>
                {
                    using var found = await storage.ReadAsync(key, range, token);
                    using var bytes = new MemoryStream();
                    await found.Bytes.CopyToAsync(bytes, token);
                    return (bytes.ToArray(), found.ObjectBytes);
                },
                cancellationToken);
            Require(read.AsSpan().SequenceEqual(expected.Span) && total == content.Length, what);
        }

        void Require(bool holds, string what)
        {
            if (!holds)
            {
                throw new PartStoreUnavailableException(
                    $"{storage.Address} cannot keep parts: {what} returns something else. Use another store.");
            }
        }

        async Task<bool> CanCreateOnlyAsync(string on)
        {
            if (on != key)
            {
                await PutAsync(on, onlyIfAbsent: false);
            }

            try
            {
                await PutAsync(on, onlyIfAbsent: true);

                // It ignores the condition.
                return false;
            }
            catch (ObjectExistsException)
            {
                return true;
            }
            catch (PartStoreUnavailableException)
            {
                // It does not know the condition.
                return false;
            }
        }

        async Task<bool> CanDeleteSeveralAsync()
        {
            string[] stored = [$"{key}-1", $"{key}-2"];
            foreach (var one in stored)
            {
                await PutAsync(one, onlyIfAbsent: false);
            }

            try
            {
                string[] withMissing = [.. stored, $"{key}-3"];
                var failed = await calls.RunAsync(
                    "a deletion of several objects", token => storage.DeleteAsync(withMissing, token), cancellationToken);
                var left = await calls.RunAsync("a listing", token => storage.ListAsync($"{key}-", null, token), cancellationToken);
                return failed.Count == 0 && left.Objects.Count == 0;
            }
            catch (Exception fault) when (fault is PartStoreUnavailableException or ObjectMissingException)
            {
                // It does not know the call.
                return false;
            }
            finally
            {
                foreach (var one in stored)
                {
                    await DeleteAsync(one);
                }
            }
        }

        Task DeleteAsync(string deleted) => calls.RunAsync("a deletion", token => storage.DeleteAsync(deleted, token), cancellationToken);
    }
}
