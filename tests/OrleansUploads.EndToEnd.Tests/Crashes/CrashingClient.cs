using OrleansUploads.Client;
using OrleansUploads.Client.Models;

namespace OrleansUploads.EndToEnd.Tests.Crashes;

/// <summary>A client that sends random requests until the server is killed.</summary>
/// <remarks>It records each request in the ledger before sending it, and the answer after receiving it.</remarks>
/// <param name="client">The connection to the server.</param>
/// <param name="ledger">The record shared by all clients.</param>
/// <param name="uploads">Open uploads to continue; no other client uses them.</param>
/// <param name="random">Chooses the requests.</param>
/// <param name="name">The client's name, for descriptions.</param>
internal sealed class CrashingClient(
    GlacierClient client, Ledger ledger, IEnumerable<KnownUpload> uploads, Random random, string name)
{
    private const int MaxOpenUploads = 3;
    private const int MaxTailBytes = 64 * 1024;

    private readonly List<KnownUpload> _uploads = [.. uploads];
    private int _initiations;

    /// <summary>Sends requests until one is not answered.</summary>
    public async Task RunAsync()
    {
        try
        {
            while (true)
            {
                await SendAnyAsync();
            }
        }
        catch (GlacierException failure) when (IsServerGone(failure))
        {
            // The request stays in the ledger as unanswered.
        }
    }

    private Task SendAnyAsync() => random.Next(20) switch
    {
        < 3 when _uploads.Count < MaxOpenUploads => InitiateAsync(),
        < 5 => UploadArchiveAsync(),
        < 7 => DeleteArchiveAsync(),
        < 8 when Pick(_uploads) is { } upload => AbortAsync(upload),
        _ when _uploads.Find(upload => upload.CanComplete) is { } upload && random.Next(3) > 0 => CompleteAsync(upload),
        _ when Pick(_uploads) is { } upload => UploadPartsAsync(upload),
        _ => InitiateAsync(),
    };

    private async Task InitiateAsync()
    {
        var description = $"{name}, upload {++_initiations}";
        ledger.UnansweredInitiations[description] = true;
        var id = await AskAsync(
            "initiate", () => client.InitiateMultipartUploadAsync(Ledger.Vault, Archives.MiB, description));
        var parts = Enumerable.Range(0, random.Next(1, 4)).Select(part => (long)part * Archives.MiB).ToArray();
        var tailBytes = random.Next(1, MaxTailBytes);
        var upload = new KnownUpload(
            id, [.. parts.Select(start => new KnownPart(start, start == parts[^1] ? tailBytes : Archives.MiB))]);
        ledger.Uploads.Enqueue(upload);
        ledger.UnansweredInitiations.TryRemove(description, out _);
        _uploads.Add(upload);
    }

    /// <summary>Sends all missing parts at once, and some stored ones again with the same or other bytes.</summary>
    private Task UploadPartsAsync(KnownUpload upload)
    {
        var sending = upload.Parts
            .Where(part => part.Acknowledged is null || random.Next(4) == 0)
            .Select(UploadPartAsync);
        return Task.WhenAll(sending.ToArray());

        async Task UploadPartAsync(KnownPart part)
        {
            var content = part.Acknowledged is { } same && random.Next(2) == 0 ? same : ledger.NewContent(part.LengthBytes);
            part.Unanswered = content;
            var kept = await AskAsync("part", async () =>
            {
                await client.UploadPartAsync(Ledger.Vault, upload.Id, part.Start, content.Body());
                return true;
            });
            part.Acknowledged = kept ? content : part.Acknowledged;
            part.Unanswered = null;
        }
    }

    private async Task CompleteAsync(KnownUpload upload)
    {
        var archive = new KnownArchive([.. upload.Parts.Select(part => part.Acknowledged!)]);
        upload.Archive = archive;
        upload.Stage = UploadStage.Completing;
        var receipt = await AskAsync("complete", () => client.CompleteMultipartUploadAsync(
            Ledger.Vault, upload.Id, archive.SizeBytes, archive.TreeHash));
        archive.Id = receipt.ArchiveId;
        upload.Stage = UploadStage.Completed;
        _uploads.Remove(upload);
    }

    private async Task AbortAsync(KnownUpload upload)
    {
        upload.Stage = UploadStage.Aborting;
        await AskAsync("abort", async () =>
        {
            await client.AbortMultipartUploadAsync(Ledger.Vault, upload.Id);
            return true;
        });
        upload.Stage = UploadStage.Aborted;
        _uploads.Remove(upload);
    }

    private async Task UploadArchiveAsync()
    {
        var archive = new KnownArchive([ledger.NewContent(random.Next(1, MaxTailBytes))]);
        var body = archive.Parts[0].Body();
        ledger.SingleArchives.Enqueue(archive);
        archive.Id = (await AskAsync("single upload", () => client.UploadArchiveAsync(Ledger.Vault, body)))?.ArchiveId;
    }

    private async Task DeleteArchiveAsync()
    {
        if (Pick([.. ledger.Archives.Where(archive => archive is { Id: not null, DeletionSent: false })]) is not { } archive)
        {
            return;
        }

        archive.DeletionSent = true;
        await AskAsync("delete", async () =>
        {
            await client.DeleteArchiveAsync(Ledger.Vault, archive.Id!);
            return true;
        });
        archive.Deleted = true;
    }

    /// <summary>Sends a request and counts how it ended.</summary>
    /// <returns>The answer; the default value if the bytes were collected during the upload and are not kept.</returns>
    private async Task<T> AskAsync<T>(string what, Func<Task<T>> call)
    {
        try
        {
            var answer = await call();
            ledger.CountAnswered(what);
            return answer;
        }
        catch (GlacierException failure) when (failure.Code == GlacierErrorCodes.RequestTimeout)
        {
            ledger.CountAnswered(what + " collected");
            return default!;
        }
        catch (GlacierException failure) when (IsServerGone(failure))
        {
            ledger.CountUnanswered(what);
            throw;
        }
    }

    private static bool IsServerGone(GlacierException failure) => failure.Code == GlacierErrorCodes.ConnectionFailure;

    private T? Pick<T>(List<T> from)
        where T : class => from.Count == 0 ? null : from[random.Next(from.Count)];
}
