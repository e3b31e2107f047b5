using System.Diagnostics;
using Amazon.S3.Model;
using Microsoft.Playwright;

namespace OrleansUploads.EndToEnd.Tests.Dashboard;

/// <summary>A tour of the dashboard at 1,000 uploads in progress, on a full disk, and through the archives of a vault.</summary>
[Campaign]
public sealed class TourTests
{
    private const int MiB = Archives.MiB;
    private const int ManyUploads = 1000;

    private static readonly TimeSpan Watched = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_thousand_uploads_in_progress_are_shown_on_any_screen()
    {
        await using var place = await Workplace.OpenAsync();
        await BeginManyUploadsAsync(place);
        await using var browser = await Browser.SignInAsync(place);
        await browser.WaitForAsync("1,000 uploads in progress");
        await browser.TakePictureAsync("tour-1000-uploads");
        await browser.OpenAsync($"/vaults/{Workplace.Vault}/uploads");
        await browser.WaitForAsync("50 %");
        Assert.Equal(20, await browser.Main.Locator("tbody tr").CountAsync());
        await browser.TakePictureAsync("tour-1000-uploads-list");

        await using var phone = await Browser.SignInAsync(place, width: 400);
        await phone.WaitForAsync("1,000 uploads in progress");
        Assert.Equal("", await phone.FindSidewaysAsync());
        await phone.TakePictureAsync("tour-phone");
        await using var dark = await Browser.SignInAsync(place, isDark: true);
        await dark.WaitForAsync("1,000 uploads in progress");
        await dark.TakePictureAsync("tour-dark");
    }

    [Fact]
    [Trait(TestRun.Name, TestRun.Timing)]
    public async Task An_open_dashboard_costs_at_most_three_hundredths_of_a_core_and_20_MiB_at_a_thousand_uploads()
    {
        await using var place = await Workplace.OpenAsync();
        await BeginManyUploadsAsync(place);
        var idle = await WatchAsync(place.Server);
        await using var browser = await Browser.SignInAsync(place);
        await browser.WaitForAsync("1,000 uploads in progress");
        var before = place.Server.Process.Figures.WorkingSet64;
        var open = await WatchAsync(place.Server);
        var grown = place.Server.Process.Figures.WorkingSet64 - before;
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"an open dashboard takes {(open - idle) * 100:F2} % of a core (the server alone: {idle * 100:F2} %), and {grown / (double)MiB:F1} MiB");
        Assert.InRange(open - idle, -1, 0.03);
        Assert.InRange(grown, long.MinValue, 20L * MiB);
    }

    [Fact]
    public async Task On_a_full_disk_the_first_page_says_what_deleted_archives_hold_and_an_operator_frees_it()
    {
        using var folder = new TemporaryFolder();
        await using var disk = await SmallDisk.MountExt4Async(folder.Data, folder.File("disk"), 300);
        await using var server = await ServerProcess.StartAsync(folder.File("data/uploads"), "--quiet");
        using var client = await server.ConnectAsync(Workplace.Vault);
        var archive = await client.UploadArchiveAsync(Workplace.Vault, HashedBody.Of(Archives.Bytes(100 * MiB, seed: 1)), "probe");
        using var s3 = server.ConnectS3();
        await s3.PutBucketAsync("films");
        await s3.PutObjectAsync(new PutObjectRequest { BucketName = "films", Key = "short", ContentBody = "text" });
        disk.FillUp(leaveBytes: MiB);

        // Copied away and deleted, as somebody does whose disk is full. The job of the download keeps the bytes.
        Assert.Equal(100 * MiB, (await client.RetrieveAsync(Workplace.Vault, archive.ArchiveId)).Length);
        var deletion = await client.DeleteArchiveAsync(Workplace.Vault, archive.ArchiveId, freesNow: false);
        Assert.Equal(100 * MiB, deletion.UnfreedBytes);
        Assert.True(deletion.UnfreedUntil > DateTimeOffset.UtcNow + TimeSpan.FromHours(23));

        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        Assert.Contains(
            $"\"deletedNotFreed\":{{\"bytes\":{100 * MiB},\"archivesAndObjects\":1,\"until\":\"",
            await http.GetStringAsync(new Uri(server.Address, "/healthz?verbose")),
            StringComparison.Ordinal);
        var check = await CommandLine.RunAsync("check", "--data", folder.File("data/uploads"));
        Assert.True(check.ExitCode == 0, check.ToString());
        Assert.Contains("100.0 MiB of deleted archives and objects are not freed yet.", check.Output, StringComparison.Ordinal);
        Assert.Contains("Sound: 0 archives, 1 object, 0 open uploads", check.Output, StringComparison.Ordinal);

        await using var browser = await Browser.StartAsync(server);
        await browser.SignInAsync();
        await browser.WaitForAsync("The disk is full");
        await browser.WaitForAsync("100 MiB of 1 deleted archive or object are kept for those who read them");
        await browser.TakePictureAsync("tour-full-disk");
        await browser.Page.GetByRole(AriaRole.Link, new() { Name = "Free them now" }).ClickAsync();
        await browser.Page.GetByRole(AriaRole.Button, new() { Name = "Free them now …" }).ClickAsync();
        await browser.Page.GetByRole(AriaRole.Button, new() { Name = "Free them now", Exact = true }).ClickAsync();
        await browser.WaitForAsync("100 MiB are being freed.", "All bytes of deleted archives and objects are freed.");
        await Eventually.BecomesTrueAsync(
            () => Task.FromResult(new DriveInfo(folder.Data).AvailableFreeSpace > 100L * MiB), "the disk has room", TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task Archives_are_searched_saved_and_deleted_and_the_list_follows_the_vault()
    {
        await using var place = await Workplace.ShareAsync();
        using var client = place.Connect();
        await using var browser = await Browser.SignInAsync(place);
        await browser.OpenAsync($"/vaults/{Workplace.Vault}/archives");
        await browser.WaitForAsync("There are no archives.");
        (await place.RunInVaultAsync("upload", place.Create("Übung 100%.txt", 9), "-q")).Expect();
        await client.UploadArchiveAsync(Workplace.Vault, HashedBody.Of("text"u8.ToArray()), "letters.txt");
        await browser.WaitForAsync("2 entries", "Übung 100%.txt");
        var search = browser.Page.GetByLabel("Names that begin with");
        var name = await browser.Main.GetByText("Übung 100%.txt").First.EvaluateAsync<string>("(cell) => cell.firstChild.textContent");
        await search.FillAsync(name[..^4]);
        await search.PressAsync("Enter");
        await browser.WaitForAsync("1 entry");
        await browser.TakePictureAsync("tour-archives");

        // The clock of this computer is set back. The output is ready by the clock of the server.
        await browser.Page.EvaluateAsync("() => { const now = Date.now; Date.now = () => now() - 5000; }");
        var saved = await browser.Page.RunAndWaitForDownloadAsync(
            () => browser.Page.GetByRole(AriaRole.Button, new() { Name = $"Download {name}" }).ClickAsync());
        Assert.Equal(await File.ReadAllBytesAsync(place.File("Übung 100%.txt")), await File.ReadAllBytesAsync(await saved.PathAsync()));
        Assert.Contains("bung 100", saved.SuggestedFilename, StringComparison.Ordinal);

        await browser.Page.GetByRole(AriaRole.Button, new() { Name = $"Delete {name}" }).ClickAsync();
        await browser.Page.GetByRole(AriaRole.Button, new() { Name = "Delete the archive" }).ClickAsync();
        await browser.WaitForAsync("There are no archives whose names begin with this.", "are kept until");
    }

    private static async Task BeginManyUploadsAsync(Workplace place)
    {
        using var client = place.Connect();
        var part = HashedBody.Of(Archives.Bytes(MiB, seed: 1));
        await Parallel.ForEachAsync(
            Enumerable.Range(1, ManyUploads),
            new ParallelOptions { MaxDegreeOfParallelism = 16 },
            async (number, cancellationToken) =>
            {
                var upload = await client.InitiateMultipartUploadAsync(
                    Workplace.Vault, MiB, $"film {number:0000}.mp4", totalBytes: 2 * MiB, cancellationToken: cancellationToken);
                await client.UploadPartAsync(Workplace.Vault, upload, 0, part, cancellationToken);
            });
    }

    /// <summary>The share of a core that a server takes for some time.</summary>
    private static async Task<double> WatchAsync(ServerProcess server)
    {
        var (began, used) = (Stopwatch.GetTimestamp(), server.ProcessorMilliseconds);
        await Task.Delay(Watched, Cancellation); // The measured time.
        return (server.ProcessorMilliseconds - used) / Stopwatch.GetElapsedTime(began).TotalMilliseconds;
    }
}
