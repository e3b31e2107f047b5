namespace OrleansUploads.Engine.ObjectStorage;

/// <summary>What only some stores can do.</summary>
/// <param name="CreatesOnly">They create an object only if it does not exist.</param>
/// <param name="DeletesSeveral">They delete several objects with one call.</param>
/// <param name="Grants">They sign a write that creates an object and never replaces one.</param>
internal readonly record struct StoreAbilities(bool CreatesOnly, bool DeletesSeveral, bool Grants);

/// <summary>Tries on a store what a part store relies on, with objects that are deleted afterwards.</summary>
internal static class StoreTrial
{
    private const string Prefix = "trial/";
    private const int RangeBytes = 4;
    private const int Tries = 5;

    /// <summary>How long the signed writes of a trial are valid.</summary>
    private static readonly TimeSpan SignedLife = TimeSpan.FromMinutes(1);

    /// <summary>Sends signed writes as nodes do, without the key of the store.</summary>
    private static readonly HttpClient Node = new();

    public static async Task<StoreAbilities> RunAsync(
        IObjectStorage storage, ObjectCalls calls, TimeProvider time, CancellationToken cancellationToken)
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
                return await TryAsync(storage, calls, time, cancellationToken);
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

    private static async Task<StoreAbilities> TryAsync(
        IObjectStorage storage, ObjectCalls calls, TimeProvider time, CancellationToken cancellationToken)
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
            return new StoreAbilities(
                createsOnly, storage.MaxDeletions > 1 && await CanDeleteSeveralAsync(), createsOnly && await CanGrantAsync($"{key}g"));
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

        // Whether a signed write creates the object and no further one replaces it, with the signed condition or without.
        async Task<bool> CanGrantAsync(string on)
        {
            SignedWrite write;
            try
            {
                write = await calls.RunAsync(
                    "signing a write",
                    token => storage.SignAsync(on, content.Length, time.GetUtcNow() + SignedLife, token),
                    cancellationToken);
            }
            catch (Exception fault) when (fault is NotSupportedException or PartStoreUnavailableException)
            {
                return false;
            }

            try
            {
                var other = new byte[content.Length];
                return await SendAsync(write, content, without: null)
                    && !await SendAsync(write, other, without: null)
                    && !await SendAsync(write, other, without: "If-None-Match")
                    && await ReadAsync(on) is var kept
                    && kept.AsSpan().SequenceEqual(content);
            }
            catch (PartStoreUnavailableException)
            {
                // Nodes cannot reach it.
                return false;
            }
            finally
            {
                await DeleteAsync(on);
            }
        }

        Task<bool> SendAsync(SignedWrite write, byte[] bytes, string? without) => calls.RunAsync(
            "a signed write",
            async token =>
            {
                using var request = new HttpRequestMessage(HttpMethod.Put, write.Address) { Content = new ByteArrayContent(bytes) };
                foreach (var (name, value) in write.Headers.Where(header => header.Key != without))
                {
                    request.Headers.Add(name, value);
                }

                using var answer = await Node.SendAsync(request, token);
                return answer.StatusCode is System.Net.HttpStatusCode.InternalServerError or System.Net.HttpStatusCode.ServiceUnavailable
                    ? throw new HttpRequestException($"The store answered {(int)answer.StatusCode}.")
                    : answer.IsSuccessStatusCode;
            },
            cancellationToken);

        Task<byte[]> ReadAsync(string stored) => calls.RunAsync(
            "reading a signed write",
            async token =>
            {
                using var found = await storage.ReadAsync(stored, new ObjectRange(0, content.Length), token);
                using var bytes = new MemoryStream();
                await found.Bytes.CopyToAsync(bytes, token);
                return bytes.ToArray();
            },
            cancellationToken);

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
