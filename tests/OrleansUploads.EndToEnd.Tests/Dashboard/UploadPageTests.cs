using System.Globalization;
using Amazon.S3.Model;
using Microsoft.Playwright;
using OrleansUploads.Client;
using OrleansUploads.Client.Sources;
using OrleansUploads.EndToEnd.Tests.Harness;
using OrleansUploads.Hashing;
using OrleansUploads.TestKit;

namespace OrleansUploads.EndToEnd.Tests.Dashboard;

/// <summary>What the pages of uploads say while they are open and after they have ended.</summary>
[Trait(TestRun.Name, TestRun.Campaign)]
public sealed class UploadPageTests : IAsyncLifetime
{
    private const int MiB = Archives.MiB;

    private Workplace _place = null!;
    private GlacierClient _client = null!;
    private Browser _browser = null!;

    public async ValueTask InitializeAsync()
    {
        _place = await Workplace.OpenAsync();
        _client = _place.Server.Connect();
        _browser = await Browser.StartAsync(_place.Server);
        await _browser.SignInAsync();
        await _browser.WaitForAsync(Workplace.Vault);
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _client.Dispose();
        await _place.DisposeAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(13)]
    public async Task An_upload_in_progress_never_draws_a_full_bar(int parts)
    {
        var upload = await _client.InitiateMultipartUploadAsync(Workplace.Vault, MiB, "backup");
        await StoreAsync(upload, parts);
        await _browser.OpenAsync($"/vaults/{Workplace.Vault}/uploads");
        await _browser.WaitForAsync(parts == 1 ? "1 part" : $"{parts} parts");

        // The share of the bar's width that has the color of its first part.
        var share = await _browser.Page.Locator("canvas.strip").EvaluateAsync<double>(
            """
            (bar) => {
              const row = bar.getContext("2d").getImageData(0, Math.floor(bar.height / 2), bar.width, 1).data;
              const stored = row.slice(0, 4).join();
              const columns = [...Array(bar.width).keys()];
              return columns.filter((at) => row.slice(at * 4, at * 4 + 4).join() === stored).length / bar.width;
            }
            """);
        Assert.InRange(share, 0.35, 0.85);
        await _browser.WaitForAsync(parts == 1 ? "number 1" : $"numbers 1–{parts}");
        await _browser.TakePictureAsync($"open-bar-{parts}");

        await _browser.OpenAsync($"/vaults/{Workplace.Vault}/uploads/{upload}");
        await _browser.WaitForAsync("may follow");
        await _browser.WaitForAsync("not known before the upload is completed");
    }

    [Fact]
    public async Task The_times_go_on_while_nothing_arrives()
    {
        var upload = await _client.InitiateMultipartUploadAsync(Workplace.Vault, MiB, "stalled");
        await _browser.OpenAsync($"/vaults/{Workplace.Vault}/uploads/{upload}");
        var activity = _browser.Main.Locator("dt:text-is('last activity') + dd");
        var first = await activity.InnerTextAsync();
        await Eventually.BecomesTrueAsync(async () => await activity.InnerTextAsync() != first, "the page counts the seconds");
    }

    [Fact]
    public async Task The_rate_is_never_above_what_the_client_sends()
    {
        const int Limit = 8;
        var file = _place.Create("film", 96 * MiB);
        await using var sender = _place.Start(
            "upload", file, "--vault", Workplace.Vault, "--part-size", "16MiB", "--limit", $"{Limit}MiB/s");
        var shown = new SortedSet<double>();
        var looks = 0;
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                // A page that is opened just before a part ends sees the whole part arrive at once.
                if (looks++ % 40 == 0)
                {
                    await _browser.OpenAsync($"/vaults/{Workplace.Vault}/uploads");
                }

                var text = await _browser.Main.InnerTextAsync();
                shown.UnionWith(text.Split('\t', '\n').Where(static word => word.EndsWith("iB/s", StringComparison.Ordinal)).Select(RateOf));
                return sender.HasExited;
            },
            "the upload ends");
        TestContext.Current.TestOutputHelper!.WriteLine($"shown: {string.Join(", ", shown)} MiB/s");
        Assert.NotEmpty(shown);

        // The client's limiter allows a short burst at the beginning.
        Assert.InRange(shown.Max, Limit / 2, Limit * 1.1);
    }

    [Fact]
    public async Task A_completed_upload_shows_its_archive_and_the_archive_its_upload()
    {
        var upload = await _client.InitiateMultipartUploadAsync(Workplace.Vault, MiB, "holiday.tar");
        var bytes = await StoreAsync(upload, 3);
        await _browser.OpenAsync($"/vaults/{Workplace.Vault}/uploads/{upload}");
        await _browser.WaitForAsync("3 received");
        var archive = (await _client.CompleteMultipartUploadAsync(
            Workplace.Vault, upload, bytes.Length, TreeHasher.Compute(bytes))).ArchiveId;
        await _browser.WaitForAsync("Completed at");
        await AssertShowsArchiveAsync(archive);
        await _browser.TakePictureAsync("completed-upload");

        await _browser.OpenAsync($"/vaults/{Workplace.Vault}/uploads/{upload}");
        await _browser.WaitForAsync("Completed at");
        await AssertShowsArchiveAsync(archive);

        await _browser.Page.GetByRole(AriaRole.Link, new() { Name = "the archive" }).ClickAsync();
        await _browser.WaitForAsync("One archive.");
        await _browser.WaitForAsync(archive);
        await _browser.TakePictureAsync("archive-of-upload");
        await _browser.Page.GetByRole(AriaRole.Link, new() { Name = "how it arrived" }).ClickAsync();
        await _browser.WaitForAsync("Completed at");
        await AssertShowsArchiveAsync(archive);

        await _client.DeleteArchiveAsync(Workplace.Vault, archive);
        await _browser.OpenAsync($"/vaults/{Workplace.Vault}/uploads/{upload}");
        await _browser.WaitForAsync("The archive was deleted at");
    }

    [Fact]
    public async Task An_aborted_upload_says_so_and_only_a_forgotten_one_says_what_may_have_happened()
    {
        const string Forgotten = "was completed or aborted, or it has expired";
        var upload = await _client.InitiateMultipartUploadAsync(Workplace.Vault, MiB, "given up");
        await StoreAsync(upload, 2);
        await _client.AbortMultipartUploadAsync(Workplace.Vault, upload);
        await _browser.OpenAsync($"/vaults/{Workplace.Vault}/uploads/{upload}");
        await _browser.WaitForAsync("Aborted at");
        Assert.Equal("given up", await _browser.Main.Locator("h1").InnerTextAsync());
        Assert.DoesNotContain(Forgotten, await _browser.Main.InnerTextAsync(), StringComparison.Ordinal);
        Assert.Equal("given up, aborted – OrleansUploads", await _browser.Page.TitleAsync());

        await _browser.OpenAsync($"/vaults/{Workplace.Vault}/uploads/{new string('A', upload.Length)}");
        await _browser.WaitForAsync(Forgotten);
    }

    [Fact]
    public async Task An_object_and_its_upload_lead_to_each_other_from_the_name_of_the_bucket()
    {
        const string Key = "2026/a & b?.tar";
        using var s3 = _place.Server.ConnectS3();
        await s3.PutBucketAsync("films");
        var upload = (await s3.InitiateMultipartUploadAsync("films", Key)).UploadId;
        var part = await s3.UploadPartAsync(new UploadPartRequest
        {
            BucketName = "films",
            Key = Key,
            UploadId = upload,
            PartNumber = 1,
            InputStream = new MemoryStream(new byte[MiB]),
        });
        await s3.CompleteMultipartUploadAsync(new CompleteMultipartUploadRequest
        {
            BucketName = "films",
            Key = Key,
            UploadId = upload,
            PartETags = [new PartETag(1, part.ETag)],
        });
        await s3.PutObjectAsync(new PutObjectRequest { BucketName = "films", Key = "small", ContentBody = "text" });

        await _browser.OpenAsync();
        await _browser.Page.GetByRole(AriaRole.Link, new() { Name = "films", Exact = true }).ClickAsync();
        await _browser.WaitForAsync(Key);
        await _browser.Page.GetByRole(AriaRole.Link, new() { Name = "how it arrived" }).First.ClickAsync();
        await _browser.WaitForAsync("Completed at");
        Assert.Equal(Key, await _browser.Main.Locator("h1").InnerTextAsync());
        await _browser.WaitForAsync("1.0 MiB (1,048,576 bytes)");
        await _browser.Page.GetByRole(AriaRole.Link, new() { Name = "the object" }).ClickAsync();
        await _browser.WaitForAsync("Keys that begin with");
        await _browser.WaitForAsync("1 entry");

        await _browser.OpenAsync("/buckets/films/objects?prefix=small");
        await _browser.Page.GetByRole(AriaRole.Link, new() { Name = "how it arrived" }).ClickAsync();
        await _browser.WaitForAsync("Sent in one request");
        await _browser.TakePictureAsync("single-request");
    }

    private static double RateOf(string text)
    {
        var words = text.Split(' ');
        return double.Parse(words[0], CultureInfo.InvariantCulture) / (words[1] == "KiB/s" ? 1024 : 1);
    }

    private async Task AssertShowsArchiveAsync(string archive)
    {
        Assert.Equal("holiday.tar", await _browser.Main.Locator("h1").InnerTextAsync());
        Assert.Equal("holiday.tar, 3.0 MiB, completed – OrleansUploads", await _browser.Page.TitleAsync());
        var text = await _browser.Main.InnerTextAsync();
        Assert.Contains(archive, text, StringComparison.Ordinal);
        Assert.Contains("3.0 MiB (3,145,728 bytes)", text, StringComparison.Ordinal);
    }

    private async Task<byte[]> StoreAsync(string upload, int parts)
    {
        var bytes = Archives.Bytes(parts * MiB, seed: 1);
        for (var part = 0; part < parts; part++)
        {
            await _client.UploadPartAsync(
                Workplace.Vault, upload, (long)part * MiB, HashedBody.Of(bytes.AsMemory(part * MiB, MiB)));
        }

        return bytes;
    }
}
