using System.Buffers;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Core.Values;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Bytes;
using OrleansUploads.Engine.Contracts;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Engine.Ports;
using OrleansUploads.TestKit;

namespace OrleansUploads.Engine.Tests.Retrieval;

public sealed class UploadsReaderTests
{
    private readonly EngineBench _bench = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private async Task<List<UploadId>> ListAsync(int limit)
    {
        var reader = new UploadsReader(_bench.Host);
        var listed = new List<UploadId>();
        while (true)
        {
            var after = listed is [.., var last] ? last.ToString() : "";
            var page = (await reader.ReadAsync(Some.Vault, after, limit, Cancellation)).Answer;
            Assert.InRange(page.Uploads.Count, page.HasMore ? limit : 0, limit);
            listed.AddRange(page.Uploads.Select(spec => spec.Upload));
            if (!page.HasMore)
            {
                return listed;
            }
        }
    }

    private static IEnumerable<UploadId> InOrder(IEnumerable<UploadId> uploads) =>
        uploads.OrderBy(upload => upload.ToString(), StringComparer.Ordinal);

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1000)]
    public async Task Every_upload_is_listed_once_and_in_order_at_any_page_size(int limit)
    {
        await _bench.CreateVaultAsync();
        var uploads = new List<UploadId>();
        for (var i = 0; i < 600; i++)
        {
            uploads.Add(await _bench.OpenUploadAsync());
        }

        foreach (var gone in uploads.Take(100).ToList())
        {
            await _bench.AskAsync(gone.Entity, new AbortUpload(Some.Vault));
            uploads.Remove(gone);
        }

        Assert.Equal(InOrder(uploads), await ListAsync(limit));
    }

    [Fact]
    public async Task Uploads_from_before_pages_existed_are_listed_and_end_like_others()
    {
        var old = await BeginOldVaultAsync(5);
        var fresh = new List<UploadId>();
        for (var i = 0; i < 5; i++)
        {
            fresh.Add(await _bench.OpenUploadAsync());
        }

        Assert.Equal(InOrder(old.Concat(fresh)), await ListAsync(2));
        await _bench.AskAsync(old[0].Entity, new AbortUpload(Some.Vault));
        await _bench.AskAsync(fresh[0].Entity, new AbortUpload(Some.Vault));
        Assert.Equal(InOrder(old.Skip(1).Concat(fresh.Skip(1))), await ListAsync(3));

        await _bench.AskAsync(Some.Vault.Entity, new DeleteVault(Some.Vault));
        foreach (var upload in old.Concat(fresh))
        {
            Assert.IsType<Refusal.UploadNotFound>(await _bench.RefusalAsync(upload.Entity, new MapParts(Some.Vault)));
        }
    }

    [Fact]
    public async Task A_list_of_many_uploads_reads_few_pages()
    {
        await _bench.CreateVaultAsync();
        for (var i = 0; i < 2000; i++)
        {
            await _bench.OpenUploadAsync();
        }

        _bench.Crash();
        var asked = new CountedHost(_bench.Host);
        var page = (await new UploadsReader(asked).ReadAsync(Some.Vault, "", 50, Cancellation)).Answer;

        Assert.Equal(50, page.Uploads.Count);
        Assert.InRange(asked.Pages, 1, 16);
        asked.Pages = 0;
        await asked.AskAsync(Some.Vault.Entity, new DescribeVault(Some.Vault), Cancellation);
        Assert.Equal(0, asked.Pages);
    }

    /// <summary>Writes a vault of the first version of the program, which listed its uploads itself.</summary>
    private async Task<List<UploadId>> BeginOldVaultAsync(int uploads)
    {
        await _bench.CreateVaultAsync();
        var incarnation = (await _bench.AskAsync(Some.Vault.Entity, new DescribeVault(Some.Vault))).Incarnation;
        var openings = Enumerable.Range(0, uploads).Select(_ => new UploadSpec(
            _bench.Ids.NewUpload(),
            incarnation,
            Some.Size(1),
            Description.None,
            UploadOrigin.Multipart,
            Some.Noon)).ToList();
        await AppendAsync(Some.Vault.Entity, openings.SelectMany(
            IEnumerable<VaultEvent> (spec) => [new UploadListed(spec), new UploadBegun(spec.Upload)]));
        foreach (var spec in openings)
        {
            await AppendAsync(spec.Upload.Entity, [new UploadInitiated(spec)]);
        }

        _bench.Crash();
        return [.. openings.Select(spec => spec.Upload)];
    }

    private async Task AppendAsync<TEvent>(EntityId entity, IEnumerable<TEvent> events)
        where TEvent : class
    {
        var buffer = new ArrayBufferWriter<byte>();
        var writer = EventCodec.Begin(buffer);
        foreach (var happened in events)
        {
            EventCodec.Write(writer, happened);
        }

        EventCodec.End(writer);
        var version = await _bench.Journal.ReadVersionAsync(entity, Cancellation);
        Assert.Equal(AppendOutcome.Appended, await _bench.Journal.AppendAsync(
            new JournalAppend(entity, version, buffer.WrittenMemory, null), Cancellation));
    }

    private sealed class CountedHost(IEntityHost inner) : IEntityHost
    {
        public int Pages { get; set; }

        public ValueTask<object> SendAsync(EntityId entity, ICommand command, CancellationToken cancellationToken)
        {
            Pages += entity.Kind == EntityKind.UploadPage ? 1 : 0;
            return inner.SendAsync(entity, command, cancellationToken);
        }
    }
}
