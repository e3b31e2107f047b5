using System.Globalization;
using Amazon.S3.Model;
using Microsoft.Playwright;
using OrleansUploads.Hashing;

namespace OrleansUploads.EndToEnd.Tests.Dashboard;

/// <summary>What the pages of uploads say while they are open and after they have ended.</summary>
[Campaign]
public sealed class UploadPageTests : IAsyncLifetime
{
    private const int MiB = Archives.MiB;

    private Workplace _place = null!;
    private GlacierClient _client = null!;
    private Browser _browser = null!;

    public async ValueTask InitializeAsync()
    {
        _place = await Workplace.ShareAsync();
        _client = _place.Connect();
        _browser = await Browser.SignInAsync(_place);
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _client.Dispose();
        await _place.DisposeAsync();
    }

    [Fact]
    public async Task An_upload_in_progress_never_draws_a_full_bar()
    {
        var upload = await _client.InitiateMultipartUploadAsync(Workplace.Vault, MiB, "backup");
        foreach (var (parts, count, numbers) in new[] { (1, "1 part", "number 1"), (13, "13 parts", "numbers 1–13") })
        {
            await StoreAsync(upload, parts);
            await _browser.OpenAsync($"/vaults/{Workplace.Vault}/uploads");
            await _browser.WaitForAsync(count);

            Assert.InRange(await ReadBarAsync(), 0.35, 0.85);
            await _browser.WaitForAsync(numbers);
            await _browser.TakePictureAsync($"open-bar-{parts}");
        }

        await _browser.OpenAsync($"/vaults/{Workplace.Vault}/uploads/{upload}");
        await _browser.WaitForAsync("may follow", "not announced by the client");
    }

    [Fact]
    public async Task An_upload_of_an_announced_size_shows_the_share_that_has_arrived_and_the_parts_to_follow()
    {
        var upload = await _client.InitiateMultipartUploadAsync(Workplace.Vault, MiB, "backup", totalBytes: 10 * MiB);
        await StoreAsync(upload, 4);
        await _browser.OpenAsync();
        await _browser.WaitForAsync("4.0 MiB of 10.0 MiB", "40 %");
        await _browser.OpenAsync($"/vaults/{Workplace.Vault}/uploads");
        await _browser.WaitForAsync("4.0 MiB of 10.0 MiB");
        Assert.InRange(await ReadBarAsync(), 0.38, 0.42);
        await _browser.TakePictureAsync("announced-bar");

        await _browser.OpenAsync($"/vaults/{Workplace.Vault}/uploads/{upload}");
        await _browser.WaitForAsync("6 parts to follow.", "10.0 MiB (10,485,760 bytes), as the client announced");
        Assert.Equal(0.4, await _browser.Main.Locator("progress").EvaluateAsync<double>("(bar) => bar.position"), 3);
        await _browser.TakePictureAsync("announced-upload");

        // A client that sends more than it announced has announced nothing.
        await StoreAsync(upload, 11);
        await _browser.WaitForAsync("not announced by the client");
    }

    [Fact]
    public async Task The_rate_is_never_above_what_the_client_sends()
    {
        // The first parts end after 4 of 16 seconds.
        const int Limit = 4;
        var file = _place.Create("film", 64 * MiB);
        await using var sender = _place.Start(
            "upload", file, "--vault", Workplace.Vault, "--part-size", "4MiB", "--workers", "4", "--limit", $"{Limit}MiB/s");
        await _browser.OpenAsync($"/vaults/{Workplace.Vault}/uploads");
        var shown = new SortedSet<double>();
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                var text = await _browser.Main.InnerTextAsync();
                shown.UnionWith(text.Split('\t', '\n').Where(static word => word.EndsWith("iB/s", StringComparison.Ordinal)).Select(RateOf));
                return sender.HasExited;
            },
            "the upload ends",
            TimeSpan.FromMinutes(5));
        Assert.True(await sender.WaitForExitAsync(TimeSpan.FromMinutes(2)) == 0, sender.ToString());
        TestContext.Current.TestOutputHelper!.WriteLine($"shown: {string.Join(", ", shown)} MiB/s");
        Assert.NotEmpty(shown);

        // The client's limiter allows a short burst at the beginning.
        Assert.InRange(shown.Max, Limit / 2, Limit * 1.1);
    }

    [Fact]
    public async Task The_rate_and_the_time_left_are_shown_for_a_few_seconds_after_the_last_part()
    {
        var shown = await _browser.Page.EvaluateAsync<string[]>(
            """
            async () => {
              const { rateOf, leftOf } = await import("./uploads.js");
              const parts = { active: 0, bytes: 64 << 20, count: 16, rate: 1 << 20, rateOver: 1000 };
              return [0, 5900, 6100].map((now) => `${rateOf({ parts }, now)}, ${leftOf({ parts, totalBytes: 100 << 20 }, now)}`);
            }
            """);
        Assert.Equal(["1.0 MiB/s, 36 s left", "1.0 MiB/s, 36 s left", ", "], shown);
    }

    [Fact]
    public async Task The_page_of_an_upload_counts_the_time_and_says_how_it_ended()
    {
        const string Over = "The upload became an archive.";
        var upload = await _client.InitiateMultipartUploadAsync(Workplace.Vault, MiB, "holiday.tar");
        var bytes = await StoreAsync(upload, 3);
        await _browser.OpenAsync($"/vaults/{Workplace.Vault}/uploads/{upload}");
        await _browser.WaitForAsync("3 received");
        var activity = _browser.Main.Locator("dt:text-is('last activity') + dd");
        var first = await activity.InnerTextAsync();
        await Eventually.BecomesTrueAsync(async () => await activity.InnerTextAsync() != first, "the page counts the seconds while nothing arrives");
        var archive = await _client.CompleteMultipartUploadAsync(Workplace.Vault, upload, bytes.Length, TreeHasher.Compute(bytes));
        await _browser.WaitForAsync(Over);
        Assert.Equal(0, await _browser.Page.Locator("#abort, canvas").CountAsync());
        await _browser.TakePictureAsync("tour-ended-upload");

        // The address shows the same later.
        await _browser.OpenAsync($"/vaults/{Workplace.Vault}/uploads/{upload}");
        await _browser.WaitForAsync(Over, "3.0 MiB (3,145,728 bytes)");
        Assert.EndsWith("/s on average", await _browser.Main.Locator("dt:text-is('rate') + dd").InnerTextAsync(), StringComparison.Ordinal);
        await _browser.Page.GetByRole(AriaRole.Link, new() { Name = archive.ArchiveId }).ClickAsync();
        await _browser.WaitForAsync("One archive.", "holiday.tar");
    }

    [Fact]
    public async Task An_upload_to_a_bucket_says_that_it_became_an_object_or_was_aborted()
    {
        using var s3 = _place.ConnectS3();
        await s3.PutBucketAsync("ended");
        foreach (var (key, completes, text) in new[] { ("kept.tar", true, "The upload became an object."), ("gone.tar", false, "A client aborted the upload, or its bucket was deleted.") })
        {
            var upload = (await s3.InitiateMultipartUploadAsync("ended", key)).UploadId;
            var part = await s3.UploadPartAsync(new UploadPartRequest
            {
                BucketName = "ended",
                Key = key,
                UploadId = upload,
                PartNumber = 1,
                InputStream = new MemoryStream([1]),
            });
            await _browser.OpenAsync($"/buckets/ended/uploads/{upload}?key={key}");
            await _browser.WaitForAsync("1 received");
            if (completes)
            {
                await s3.CompleteMultipartUploadAsync(new CompleteMultipartUploadRequest
                {
                    BucketName = "ended",
                    Key = key,
                    UploadId = upload,
                    PartETags = [new PartETag(part)],
                });
            }
            else
            {
                await s3.AbortMultipartUploadAsync("ended", key, upload);
            }

            await _browser.WaitForAsync(text);

            // The address shows the same later.
            await _browser.OpenAsync($"/buckets/ended/uploads/{upload}?key={key}");
            await _browser.WaitForAsync(text);
            Assert.Equal(key, await _browser.Main.Locator("h1").InnerTextAsync());
        }
    }

    [Fact]
    public async Task Objects_are_reached_from_the_name_of_their_bucket()
    {
        const string Key = "2026/a & b?.tar";
        using var s3 = _place.ConnectS3();
        await s3.PutBucketAsync("films");
        await s3.PutObjectAsync(new PutObjectRequest { BucketName = "films", Key = Key, ContentBody = "film" });
        await s3.PutObjectAsync(new PutObjectRequest { BucketName = "films", Key = "small", ContentBody = "text" });

        await _browser.OpenAsync();
        await _browser.Page.GetByRole(AriaRole.Link, new() { Name = "films", Exact = true }).ClickAsync();
        await _browser.WaitForAsync("1 folder and 1 entry.");
        await _browser.Page.GetByRole(AriaRole.Link, new() { Name = "2026/", Exact = true }).ClickAsync();
        await _browser.WaitForAsync("a & b?.tar");
        await _browser.TakePictureAsync("folder");

        await _browser.Page.GetByLabel("Keys that begin with").FillAsync("sm");
        await _browser.Page.GetByLabel("Keys that begin with").PressAsync("Enter");
        await _browser.WaitForAsync("small", "1 entry");

        // The list follows the bucket, and what is listed can be saved.
        await s3.PutObjectAsync(new PutObjectRequest { BucketName = "films", Key = "smaller", ContentBody = "less text" });
        await _browser.WaitForAsync("2 entries");
        var saved = await _browser.Page.RunAndWaitForDownloadAsync(
            () => _browser.Page.GetByRole(AriaRole.Link, new() { Name = "Download smaller" }).ClickAsync());
        Assert.Equal("smaller", saved.SuggestedFilename);
        Assert.Equal("less text", await File.ReadAllTextAsync(await saved.PathAsync()));
    }

    /// <summary>The share of the bar's width that has the color of its first part.</summary>
    private Task<double> ReadBarAsync() => _browser.Page.Locator("canvas.strip").EvaluateAsync<double>(
        """
        (bar) => {
          const row = bar.getContext("2d").getImageData(0, Math.floor(bar.height / 2), bar.width, 1).data;
          const stored = row.slice(0, 4).join();
          const columns = [...Array(bar.width).keys()];
          return columns.filter((at) => row.slice(at * 4, at * 4 + 4).join() === stored).length / bar.width;
        }
        """);

    private static double RateOf(string text)
    {
        var words = text.Split(' ');
        return double.Parse(words[0], CultureInfo.InvariantCulture) / (words[1] == "KiB/s" ? 1024 : 1);
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
