namespace OrleansUploads.Engine.ObjectStorage;

/// <summary>Tries on a store what a part store relies on, with an object that is deleted afterwards.</summary>
internal static class StoreTrial
{
    private const string Prefix = "trial/";
    private const int RangeBytes = 4;

    /// <summary>Runs the trial.</summary>
    /// <returns>Whether the store can create an object only if it does not exist.</returns>
    /// <exception cref="PartStoreUnavailableException">The store lacks something; the message names it.</exception>
    public static async Task<bool> RunAsync(IObjectStorage storage, ObjectCalls calls, CancellationToken cancellationToken)
    {
        var content = "OrleansUploads tries what the store can do."u8.ToArray();

        // Several processes may start at the same time, so each has a key of its own.
        var key = Prefix + Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(AttemptId.Bytes));
        await PutAsync(onlyIfAbsent: false);
        try
        {
            await RequireRangeAsync(new ObjectRange(0, content.Length), content, "reading what was just written");
            await RequireRangeAsync(new ObjectRange(2, RangeBytes), content.AsMemory(2, RangeBytes), "reading a range");
            var listed = await calls.RunAsync("a listing", token => storage.ListAsync(key, null, token), cancellationToken);
            Require(listed.Objects is [var only] && only == new ListedObject(key, content.Length), "listing what was just written");
            return await CanCreateOnlyAsync();
        }
        finally
        {
            await calls.RunAsync("a deletion", token => storage.DeleteAsync(key, token), cancellationToken);
        }

        Task PutAsync(bool onlyIfAbsent) => calls.RunAsync(
            "a write",
            async token =>
            {
                using var bytes = new MemoryStream(content, writable: false);
                await storage.PutAsync(key, bytes, content.Length, onlyIfAbsent, token);
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

        async Task<bool> CanCreateOnlyAsync()
        {
            try
            {
                await PutAsync(onlyIfAbsent: true);

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
    }
}
