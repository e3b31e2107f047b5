using Amazon.S3.Model;
using OrleansUploads.Signing;

namespace OrleansUploads.EndToEnd.Tests.Dashboard;

/// <summary>People who look at a running server with a browser.</summary>
[Campaign]
public sealed class DashboardTests : IAsyncLifetime
{
    private const int MiB = Archives.MiB;
    private const int ManyParts = 10_000;
    private const double MaxMilliseconds = 1000;

    private Workplace _place = null!;
    private GlacierClient _client = null!;

    public async ValueTask InitializeAsync()
    {
        _place = await Workplace.ShareAsync();
        _client = _place.Connect();
    }

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        await _place.DisposeAsync();
    }

    [Fact]
    public async Task Without_signing_in_the_page_shows_nothing_but_the_form()
    {
        await using var browser = await Browser.StartAsync(_place.Server);
        await browser.OpenAsync($"/vaults/{Workplace.Vault}/uploads");
        await browser.WaitForAsync("Secret access key");
        Assert.DoesNotContain(Workplace.Vault, await browser.Main.InnerTextAsync(), StringComparison.Ordinal);

        await browser.SignInAsync(_place.AccessKeyId, "wrong");
        await browser.WaitForAsync("do not match");
        await browser.TakePictureAsync("sign-in-refused");
    }

    [Fact]
    public async Task Signing_in_keeps_the_secret_in_the_page_and_signing_out_ends_the_session()
    {
        await using var browser = await Browser.StartAsync(_place.Server);
        var sent = new List<string>();
        browser.Page.Request += (_, request) => sent.Add($"{request.Url} {request.PostData} {string.Join(' ', request.Headers.Values)}");
        await browser.SignInAsync(_place.AccessKeyId);
        await browser.WaitForAsync(Workplace.Vault);
        Assert.DoesNotContain(sent, request => request.Contains(CommandLine.SecretAccessKey, StringComparison.Ordinal));
        Assert.Equal("", await browser.Page.EvaluateAsync<string>("document.cookie + JSON.stringify(localStorage).slice(2)"));
        await browser.TakePictureAsync("vaults");

        await browser.Page.GetByRole(Microsoft.Playwright.AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await browser.WaitForAsync("Secret access key");
        await browser.OpenAsync();
        await browser.WaitForAsync("Secret access key");
    }

    [Fact]
    public async Task The_map_of_an_upload_follows_the_parts_that_arrive_and_shows_their_senders_and_refusals()
    {
        var upload = await _client.InitiateMultipartUploadAsync(Workplace.Vault, MiB, "holiday 2026.tar");
        await using var browser = await Browser.SignInAsync(_place);
        await browser.OpenAsync($"/vaults/{Workplace.Vault}/uploads/{upload}");
        await browser.WaitForAsync("0 received");
        foreach (var (number, part) in Enumerable.Range(0, 40).Where(static part => part is not (7 or 8 or 21)).Index())
        {
            await _client.UploadPartAsync(Workplace.Vault, upload, (long)part * MiB, HashedBody.Of(Archives.Bytes(MiB, seed: part)));
            if (number == 4)
            {
                await browser.WaitForAsync("5 received");
            }
        }

        await browser.WaitForAsync("37 received, 3 missing below part 40", "Missing: 8–9, 22.");
        await browser.Page.Locator("canvas.map").FocusAsync();
        await browser.Page.Keyboard.PressAsync("End");
        await browser.WaitForAsync("Part 40", "40894464–41943039", Environment.MachineName, _place.AccessKeyId);
        await browser.TakePictureAsync("upload");

        await browser.Page.Keyboard.PressAsync("Home");
        for (var step = 0; step < 7; step++)
        {
            await browser.Page.Keyboard.PressAsync("ArrowRight");
        }

        await browser.WaitForAsync("This part has not arrived.");

        await Assert.ThrowsAsync<GlacierException>(
            () => _client.UploadPartAsync(Workplace.Vault, upload, 5, HashedBody.Of(Archives.Bytes(7, seed: 1))));
        await browser.WaitForAsync("400 InvalidParameterValueException");
    }

    [Fact]
    public async Task An_upload_is_aborted_only_after_a_confirmation()
    {
        var upload = await _client.InitiateMultipartUploadAsync(Workplace.Vault, MiB, "to be aborted");
        await _client.UploadPartAsync(Workplace.Vault, upload, 0, HashedBody.Of(Archives.Bytes(MiB, seed: 1)));
        await using var browser = await Browser.SignInAsync(_place, isDark: true);
        await browser.OpenAsync($"/vaults/{Workplace.Vault}/uploads/{upload}");
        await browser.WaitForAsync("1 received");

        await browser.Page.Locator("#abort").ClickAsync();
        await browser.TakePictureAsync("abort-dark");
        await browser.Page.GetByText("Keep it").ClickAsync();
        Assert.Single(await _client.ListPartsAsync(Workplace.Vault, upload).ToListAsync());

        await browser.Page.Locator("#abort").ClickAsync();
        await browser.Page.GetByText("Abort the upload", new() { Exact = true }).ClickAsync();
        await browser.WaitForAsync("A client aborted the upload");
        await browser.TakePictureAsync("aborted-dark");
        await Assert.ThrowsAsync<GlacierException>(async () => await _client.ListPartsAsync(Workplace.Vault, upload).ToListAsync());
    }

    [Fact]
    public async Task A_name_that_looks_like_a_script_is_only_a_name()
    {
        const string Name = "<script>document.title='stolen'</script><img src=x onerror=\"document.title='stolen'\">";
        await _client.InitiateMultipartUploadAsync(Workplace.Vault, MiB, Name);
        using var s3 = _place.ConnectS3();
        await s3.PutBucketAsync("scripts");
        var upload = await s3.InitiateMultipartUploadAsync("scripts", Name);
        await s3.UploadPartAsync(new UploadPartRequest
        {
            BucketName = "scripts",
            Key = Name,
            UploadId = upload.UploadId,
            PartNumber = 1,
            InputStream = new MemoryStream([1]),
        });
        await using var browser = await Browser.SignInAsync(_place, width: 400);
        await browser.OpenAsync($"/vaults/{Workplace.Vault}/uploads");
        await browser.WaitForAsync(Name);
        await browser.TakePictureAsync("script-narrow");
        await browser.Page.GetByText(Name).ClickAsync();
        await browser.WaitForAsync("0 received");
        Assert.Equal(Name, await browser.Main.Locator("h1").InnerTextAsync());

        await browser.OpenAsync("/buckets/scripts/uploads");
        await browser.Page.GetByText(Name).ClickAsync();
        await browser.WaitForAsync("1 received");
        Assert.Equal(Name, await browser.Main.Locator("h1").InnerTextAsync());
        Assert.Equal($"{Name} – OrleansUploads", await browser.Page.TitleAsync());
        Assert.Equal(0, await browser.Main.Locator("script, img").CountAsync());
    }

    [Fact]
    public async Task Nothing_scrolls_sideways_on_a_narrow_screen()
    {
        // Only the operator may see the page of the server, so the server is not shared.
        await using var place = await Workplace.OpenAsync();
        using var client = place.Connect();
        var upload = await client.InitiateMultipartUploadAsync(Workplace.Vault, MiB, new string('d', 100));
        await client.UploadPartAsync(Workplace.Vault, upload, MiB, HashedBody.Of(Archives.Bytes(MiB, seed: 1)));
        await client.UploadArchiveAsync(Workplace.Vault, HashedBody.Of(Archives.Bytes(10, seed: 1)), new string('a', 100));
        await client.InitiateInventoryRetrievalAsync(Workplace.Vault);
        await client.CreateVaultAsync(new string('v', 100));
        using var s3 = place.ConnectS3();
        await s3.PutBucketAsync("objects");
        await s3.PutObjectAsync(new PutObjectRequest { BucketName = "objects", Key = new string('k', 100), ContentBody = "text" });
        await using var browser = await Browser.SignInAsync(place);
        foreach (var (name, view, text) in new[]
        {
            ("vaults", "/", "listed by name"),
            ("server", "/server", "What the collector deleted"),
            ("uploads", $"/vaults/{Workplace.Vault}/uploads", "1 gap"),
            ("upload", $"/vaults/{Workplace.Vault}/uploads/{upload}", "1 received"),
            ("jobs", $"/vaults/{Workplace.Vault}/jobs", "ready"),
            ("archives", $"/vaults/{Workplace.Vault}/archives", "1 entry"),
            ("objects", "/buckets/objects/objects", "1 entry"),
        })
        {
            await browser.OpenAsync(view);
            await browser.WaitForAsync(text);
            foreach (var width in (int[])[320, 400, 760])
            {
                await browser.Page.SetViewportSizeAsync(width, 900);

                // The page draws again after it has learned its width.
                await Eventually.BecomesTrueAsync(
                    async () => await browser.FindSidewaysAsync() == "", $"the page of {name} fits into {width} pixels", TimeSpan.FromSeconds(30));
                await browser.TakePictureAsync($"{name}-{width}");
            }
        }
    }

    [Fact]
    [Trait(TestRun.Name, TestRun.Timing)]
    public async Task Ten_thousand_parts_are_legible_and_shown_within_a_second()
    {
        using var s3 = _place.ConnectS3();
        await s3.PutBucketAsync("large");
        var upload = (await s3.InitiateMultipartUploadAsync("large", "backup.tar")).UploadId;
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var requests = new SignedRequests(
            _place.Server.Address, new RequestSigner(SigningRules.S3, "us-east-1", _place.AccessKeyId, CommandLine.SecretAccessKey));
        await Parallel.ForEachAsync(
            Enumerable.Range(1, ManyParts).Where(static number => number % 500 != 0 || number == ManyParts),
            new ParallelOptions { MaxDegreeOfParallelism = 32 },
            async (number, cancellationToken) =>
            {
                using var part = requests.Create(HttpMethod.Put, $"/large/backup.tar?partNumber={number}&uploadId={upload}", [1]);
                using var answer = await http.SendAsync(part, cancellationToken);
                answer.EnsureSuccessStatusCode();
            });

        await using var browser = await Browser.SignInAsync(_place);

        // Other programs share the machine, so the best of some attempts counts.
        var drawn = double.MaxValue;
        var painted = double.MaxValue;
        for (var attempt = 0; attempt < 5 && Math.Max(painted, drawn) > MaxMilliseconds; attempt++)
        {
            await browser.OpenAsync($"/buckets/large/uploads/{upload}?key=backup.tar");
            await browser.WaitForAsync("9,981 received, 19 missing below part 10000");
            painted = Math.Min(painted, await browser.Page.EvaluateAsync<double>(
                "performance.getEntriesByName('first-contentful-paint')[0].startTime"));
            drawn = Math.Min(drawn, await browser.Page.EvaluateAsync<double>("performance.getEntriesByName('map-drawn')[0].startTime"));
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"first paint after {painted:F0} ms, map after {drawn:F0} ms");
        Assert.InRange(painted, 0, MaxMilliseconds);
        Assert.InRange(drawn, 0, MaxMilliseconds);
        await browser.TakePictureAsync("ten-thousand-parts");
        await browser.Page.SetViewportSizeAsync(400, 800);
        await browser.Page.Locator("canvas.map").FocusAsync();
        await browser.Page.Keyboard.PressAsync("End");
        await browser.WaitForAsync("Part 10000");
        await browser.TakePictureAsync("ten-thousand-parts-narrow");
    }
}
