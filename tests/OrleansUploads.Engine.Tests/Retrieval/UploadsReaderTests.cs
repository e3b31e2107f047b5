using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Bytes;

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

    [Fact]
    public async Task Every_upload_is_listed_once_and_in_order_at_any_page_size()
    {
        await _bench.CreateVaultAsync();
        var uploads = new List<UploadId>();
        for (var i = 0; i < 600; i++)
        {
            uploads.Add(await _bench.OpenUploadAsync());
        }

        foreach (var gone in uploads[..100])
        {
            await _bench.AskAsync(gone.Entity, new AbortUpload(Some.Vault));
            uploads.Remove(gone);
        }

        var inOrder = uploads.OrderBy(upload => upload.ToString(), StringComparer.Ordinal).ToList();
        foreach (var limit in new[] { 1, 7, 1000 })
        {
            Assert.Equal(inOrder, await ListAsync(limit));
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

    private sealed class CountedHost(IEntityHost inner) : IEntityHost
    {
        public int Pages { get; set; }

        public ValueTask<IAnswer> SendAsync(EntityId entity, ICommand command, CancellationToken cancellationToken)
        {
            Pages += entity.Kind == EntityKind.UploadPage ? 1 : 0;
            return inner.SendAsync(entity, command, cancellationToken);
        }
    }
}
