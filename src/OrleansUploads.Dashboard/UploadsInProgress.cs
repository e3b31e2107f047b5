using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Keys;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Engine.Keys;

namespace OrleansUploads.Dashboard;

/// <summary>Finds the uploads in progress of several vaults and buckets: how many there are, the newest ones, and those that seem to be
/// forgotten.</summary>
internal sealed class UploadsInProgress
{
    /// <summary>The number of uploads that are counted in a vault or bucket. The list itself has all.</summary>
    public const int MaxCounted = 1000;

    /// <summary>The number of uploads of each kind that are shown.</summary>
    public const int MaxShown = 8;

    /// <summary>An upload without activity for this long is shown as one that may be forgotten.</summary>
    public static readonly TimeSpan StaleAfter = TimeSpan.FromDays(1);

    private readonly List<Listed> _listed = [];

    /// <summary>Lists the uploads of a vault, if its policies permit it.</summary>
    /// <returns>How many there are, or null if the user may not list them.</returns>
    public async ValueTask<UploadCount?> AddAsync(DashboardCall call, VaultName vault)
    {
        if (await call.TryFindVaultAsync(vault, VaultAction.ListMultipartUploads) is not { } found)
        {
            return null;
        }

        var question = new MapParts(found.Incarnation);
        return await AddAsync(call, found.Incarnation.Uploads, "vaults", vault.ToString(), async entry => VaultUploadView.DocumentOf(
            entry.Upload, entry.At, entry.Archive!, await MapAsync(call, entry, question)));
    }

    /// <summary>Lists the uploads of a bucket.</summary>
    public ValueTask<UploadCount> AddAsync(DashboardCall call, BucketIncarnation bucket) => AddAsync(
        call, new KeyIndexId(bucket, KeyTree.Uploads), "buckets", bucket.Name.ToString(), async entry => BucketUploadView.DocumentOf(
            entry.Upload,
            entry.Key,
            entry.At,
            entry.StorageClass,
            await MapAsync(call, entry, new MapNumberedParts(new ObjectName(bucket, entry.Key)))));

    /// <summary>The newest uploads of those that were listed, the newest first.</summary>
    public async ValueTask<IReadOnlyList<ShownUpload>> ShowNewestAsync() =>
        await ShowAsync(_listed.OrderByDescending(static upload => upload.At).Take(MaxShown));

    /// <summary>The oldest uploads of those that were listed, if nothing has arrived for <see cref="StaleAfter"/>.</summary>
    public async ValueTask<IReadOnlyList<ShownUpload>> ShowStaleAsync(DateTimeOffset now)
    {
        var old = await ShowAsync(_listed.Where(upload => now - upload.At >= StaleAfter).OrderBy(static upload => upload.At).Take(MaxShown));
        return [.. old.Where(shown => now - shown.Upload.Parts!.Active >= StaleAfter)];
    }

    private async ValueTask<UploadCount> AddAsync(
        DashboardCall call, KeyIndexId uploads, string kind, string container, Func<KeyEntry, ValueTask<UploadDocument>> show)
    {
        var page = await call.Services.Paths.KeyLister.ListAsync(
            new KeyListing(uploads, Prefix: "", Delimiter: "", After: null, MaxCounted), call.Aborted);
        _listed.AddRange(page.Entries.Select(entry => new Listed(
            entry.At, async () => new ShownUpload(kind, container, await show(entry)))));
        return new UploadCount(page.Entries.Count, page.Next is not null);
    }

    /// <summary>Shows uploads, without those that have just ended or are being completed.</summary>
    private static async ValueTask<IReadOnlyList<ShownUpload>> ShowAsync(IEnumerable<Listed> uploads) =>
        [.. (await Task.WhenAll(uploads.Select(static upload => upload.ShowAsync()))).Where(static shown => shown.Upload.Parts is not null)];

    private static async ValueTask<TAnswer?> MapAsync<TAnswer>(DashboardCall call, KeyEntry entry, ICommand<TAnswer> question)
        where TAnswer : class, IAnswer =>
        (await call.Services.Host.AskAsync(entry.Upload.Entity, question, call.Aborted)).TryGet(out var upload, out _) ? upload : null;

    /// <param name="At">When it was initiated.</param>
    /// <param name="ShowAsync">Loads it.</param>
    private sealed record Listed(DateTimeOffset At, Func<Task<ShownUpload>> ShowAsync);
}

/// <summary>How many uploads are in progress.</summary>
/// <param name="Count">The number that was counted.</param>
/// <param name="HasMore">Whether there are more.</param>
internal sealed record UploadCount(int Count, bool HasMore);

/// <summary>An upload in a list of those of several vaults and buckets.</summary>
/// <param name="Kind"><c>vaults</c> or <c>buckets</c>.</param>
/// <param name="Container">The name of its vault or bucket.</param>
internal sealed record ShownUpload(string Kind, string Container, UploadDocument Upload);
