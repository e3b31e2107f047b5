using System.Net;
using System.Security.Cryptography;

namespace OrleansUploads.Engine.ObjectStorage;

/// <summary>What only some stores can do.</summary>
/// <param name="CreatesOnly">They create an object only if it does not exist.</param>
/// <param name="DeletesSeveral">They delete several objects with one call.</param>
/// <param name="Grants">They sign a write that creates an object and never replaces one.</param>
internal readonly record struct StoreAbilities(bool CreatesOnly, bool DeletesSeveral, bool Grants);

/// <summary>Tries on a store what a part store relies on, with objects that are deleted afterwards.</summary>
internal sealed class StoreTrial(IObjectStorage storage, ObjectCalls calls, TimeProvider time, CancellationToken cancellationToken)
{
    private const string Prefix = "trial/";
    private const int RangeBytes = 4;
    private const int Tries = 5;

    /// <summary>How long the signed writes of a trial are valid.</summary>
    private static readonly TimeSpan SignedLife = TimeSpan.FromMinutes(1);

    /// <summary>Sends signed writes as nodes do, without the key of the store.</summary>
    private static readonly HttpClient Node = new();

    private static readonly byte[] Content = "OrleansUploads tries what the store can do."u8.ToArray();

    public async Task<StoreAbilities> RunAsync()
    {
        await DeleteLeftAsync();
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await TryAsync();
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

    /// <summary>Deletes what trials have left behind that were interrupted.</summary>
    private async Task DeleteLeftAsync()
    {
        string? next = null;
        do
        {
            var left = await ListAsync(Prefix, next);
            foreach (var stored in left.Objects)
            {
                await DeleteAsync(stored.Key);
            }

            next = left.Next;
        }
        while (next is not null);
    }

    private async Task<StoreAbilities> TryAsync()
    {
        // Several processes may start at the same time, so each has its own key.
        var key = Prefix + RandomNumberGenerator.GetHexString(2 * AttemptId.Bytes, lowercase: true);
        await PutAsync(key, onlyIfAbsent: false);
        try
        {
            await RequireReadableAsync(key);

            // The second time on another key, because the first may have been removed.
            var createsOnly = await CanCreateOnlyAsync(key, exists: true) || await CanCreateOnlyAsync($"{key}c", exists: false);
            return new StoreAbilities(
                createsOnly, storage.MaxDeletions > 1 && await CanDeleteSeveralAsync($"{key}-"), createsOnly && await CanGrantAsync($"{key}g"));
        }
        finally
        {
            await DeleteAsync(key);
            await DeleteAsync($"{key}c");
        }
    }

    /// <summary>Requires that what was just written is read, in ranges too, and listed.</summary>
    private async Task RequireReadableAsync(string key)
    {
        await RequireRangeAsync(new ObjectRange(0, Content.Length), Content, "reading what was just written");
        await RequireRangeAsync(new ObjectRange(2, RangeBytes), Content.AsMemory(2, RangeBytes), "reading a range");
        var listed = await ListAsync(key, next: null);
        if (listed.Objects.Count == 0)
        {
            // Reading it again tells an object that is gone from one that the listing does not show.
            await RequireRangeAsync(new ObjectRange(0, Content.Length), Content, "reading what was just written");
        }

        Require(listed.Objects is [var only] && only == new ListedObject(key, Content.Length), "listing what was just written");

        async Task RequireRangeAsync(ObjectRange range, ReadOnlyMemory<byte> expected, string what)
        {
            var (read, total) = await ReadAsync(what, key, range);
            Require(read.AsSpan().SequenceEqual(expected.Span) && total == Content.Length, what);
        }

        void Require(bool holds, string what)
        {
            if (!holds)
            {
                throw new PartStoreUnavailableException(
                    $"{storage.Address} cannot keep parts: {what} returns something else. Use another store.");
            }
        }
    }

    private async Task<bool> CanCreateOnlyAsync(string key, bool exists)
    {
        if (!exists)
        {
            await PutAsync(key, onlyIfAbsent: false);
        }

        try
        {
            await PutAsync(key, onlyIfAbsent: true);

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

    private async Task<bool> CanDeleteSeveralAsync(string prefix)
    {
        string[] stored = [$"{prefix}1", $"{prefix}2"];
        foreach (var one in stored)
        {
            await PutAsync(one, onlyIfAbsent: false);
        }

        try
        {
            string[] withMissing = [.. stored, $"{prefix}3"];
            var failed = await calls.RunAsync(
                "a deletion of several objects", token => storage.DeleteAsync(withMissing, token), cancellationToken);
            return failed.Count == 0 && (await ListAsync(prefix, next: null)).Objects.Count == 0;
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

    /// <summary>Whether a signed write creates the object and no further one replaces it, with the signed condition or without.</summary>
    private async Task<bool> CanGrantAsync(string key)
    {
        SignedWrite write;
        try
        {
            write = await calls.RunAsync(
                "signing a write",
                token => storage.SignAsync(key, Content.Length, time.GetUtcNow() + SignedLife, token),
                cancellationToken);
        }
        catch (Exception fault) when (fault is NotSupportedException or PartStoreUnavailableException)
        {
            return false;
        }

        try
        {
            var other = new byte[Content.Length];
            return await SendAsync(write, Content, without: null)
                && !await SendAsync(write, other, without: null)
                && !await SendAsync(write, other, without: "If-None-Match")
                && await ReadAsync("reading a signed write", key, new ObjectRange(0, Content.Length)) is var (kept, _)
                && kept.AsSpan().SequenceEqual(Content);
        }
        catch (PartStoreUnavailableException)
        {
            // Nodes cannot reach it.
            return false;
        }
        finally
        {
            await DeleteAsync(key);
        }
    }

    private Task<bool> SendAsync(SignedWrite write, byte[] bytes, string? without) => calls.RunAsync(
        "a signed write",
        async token =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Put, write.Address) { Content = new ByteArrayContent(bytes) };
            foreach (var (name, value) in write.Headers.Where(header => header.Key != without))
            {
                request.Headers.Add(name, value);
            }

            using var answer = await Node.SendAsync(request, token);
            return answer.StatusCode is HttpStatusCode.InternalServerError or HttpStatusCode.ServiceUnavailable
                ? throw new HttpRequestException($"The store answered {(int)answer.StatusCode}.")
                : answer.IsSuccessStatusCode;
        },
        cancellationToken);

    private Task PutAsync(string key, bool onlyIfAbsent) => calls.RunAsync(
        "a write",
        async token =>
        {
            using var bytes = new MemoryStream(Content, writable: false);
            await storage.PutAsync(key, bytes, Content.Length, onlyIfAbsent, token);
        },
        cancellationToken);

    /// <summary>Reads bytes of an object, and how many it has.</summary>
    private Task<(byte[] Read, long Total)> ReadAsync(string what, string key, ObjectRange range) => calls.RunAsync(
        what,
        async token =>
        {
            using var found = await storage.ReadAsync(key, range, token);
            using var bytes = new MemoryStream();
            await found.Bytes.CopyToAsync(bytes, token);
            return (bytes.ToArray(), found.ObjectBytes);
        },
        cancellationToken);

    private Task<ObjectPage> ListAsync(string prefix, string? next) =>
        calls.RunAsync("a listing", token => storage.ListAsync(prefix, next, token), cancellationToken);

    private Task DeleteAsync(string key) => calls.RunAsync("a deletion", token => storage.DeleteAsync(key, token), cancellationToken);
}
