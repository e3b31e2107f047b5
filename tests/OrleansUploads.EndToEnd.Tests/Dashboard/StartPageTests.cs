using Amazon.S3.Model;
using Microsoft.Playwright;

namespace OrleansUploads.EndToEnd.Tests.Dashboard;

/// <summary>The first page: on a new server, while uploads arrive, and while the server is away.</summary>
[Campaign]
public sealed class StartPageTests
{
    private const int MiB = Archives.MiB;

    [Fact]
    public async Task A_new_server_says_what_to_do_next_and_makes_a_vault_and_a_bucket()
    {
        using var folder = new TemporaryFolder();
        await using var server = await ServerProcess.StartAsync(folder.Data, "--quiet");
        await using var browser = await Browser.StartAsync(server);
        await browser.SignInAsync();
        await browser.WaitForAsync("Nothing is stored here yet");
        await browser.WaitForAsync($"aws s3 mb s3://backups --endpoint-url {server.Address.ToString().TrimEnd('/')}");
        await browser.TakePictureAsync("tour-first-run");

        var bucket = browser.Page.GetByLabel("Name of the new bucket");
        await bucket.FillAsync("NOT A BUCKET");
        await bucket.PressAsync("Enter");
        await browser.WaitForAsync("The specified bucket is not valid.");
        await bucket.FillAsync("backups");
        await bucket.PressAsync("Enter");
        await browser.WaitForAsync("There are no objects.");

        await browser.OpenAsync();
        await browser.Page.GetByText("New vault or bucket").ClickAsync();
        await browser.Page.GetByLabel("Name of the new vault").FillAsync("photos");
        await browser.Page.GetByRole(AriaRole.Button, new() { Name = "Create vault" }).ClickAsync();
        await browser.WaitForAsync("The vault is not locked.");

        await browser.OpenAsync();
        await browser.Page.GetByRole(AriaRole.Link, new() { Name = "backups", Exact = true }).WaitForAsync();
        await browser.Page.GetByRole(AriaRole.Link, new() { Name = "photos", Exact = true }).WaitForAsync();
        Assert.DoesNotContain("Nothing is stored here yet", await browser.Main.InnerTextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_first_page_shows_the_server_and_the_uploads_in_progress_on_any_screen()
    {
        await using var place = await Workplace.OpenAsync();
        using var client = place.Connect();
        using var s3 = place.ConnectS3();
        await s3.PutBucketAsync("films");
        await s3.PutObjectAsync(new PutObjectRequest { BucketName = "films", Key = "short", ContentBody = "text" });
        for (var number = 1; number <= 12; number++)
        {
            var upload = await client.InitiateMultipartUploadAsync(Workplace.Vault, MiB, $"holiday {number}.tar");
            await client.UploadPartAsync(Workplace.Vault, upload, 0, HashedBody.Of(Archives.Bytes(MiB, seed: number)));
        }

        await client.UploadArchiveAsync(Workplace.Vault, HashedBody.Of(Archives.Bytes(MiB, seed: 99)), "letters.tar");
        await using var browser = await Browser.SignInAsync(place);
        await browser.WaitForAsync("12 uploads in progress", "1 archive in 1 vault", "13.0 MiB in the last hour", "up for");
        await browser.TakePictureAsync("overview");
        Assert.InRange(await browser.Main.Locator("polyline").First.EvaluateAsync<double>("(line) => line.getBBox().height"), 10, 48);
        Assert.Equal("", await FindUnnamedAsync(browser));

        // It follows the uploads.
        var another = await client.InitiateMultipartUploadAsync(Workplace.Vault, MiB, "the newest one");
        await browser.WaitForAsync("13 uploads in progress");
        await browser.Page.GetByRole(AriaRole.Link, new() { Name = "the newest one" }).ClickAsync();
        await browser.WaitForAsync("0 received");
        Assert.Contains(another, await browser.Main.InnerTextAsync(), StringComparison.Ordinal);
        Assert.Equal("", await FindUnnamedAsync(browser));

        await using var phone = await Browser.SignInAsync(place, isDark: true, width: 400);
        await phone.WaitForAsync("13 uploads in progress");
        Assert.Equal("", await phone.FindSidewaysAsync());
        await phone.TakePictureAsync("overview-phone-dark");

        // The header stays whole when another page is shown.
        await phone.Page.GetByRole(AriaRole.Link, new() { Name = Workplace.Vault, Exact = true }).Last.ClickAsync();
        await phone.WaitForAsync("The vault is not locked.");
        Assert.Equal(0, await phone.Page.EvaluateAsync<int>("window.scrollY"));
    }

    [Fact]
    public async Task A_server_that_is_away_is_said_to_be_and_its_restart_asks_to_sign_in_again_with_the_reason()
    {
        await using var place = await Workplace.OpenAsync();
        await using var browser = await Browser.SignInAsync(place);
        await place.Server.KillAsync();
        var live = browser.Page.Locator("#live");
        await live.GetByText("The server does not answer. Trying again").WaitForAsync();
        await browser.Page.GetByRole(AriaRole.Link, new() { Name = Workplace.Vault, Exact = true }).ClickAsync();
        await browser.WaitForAsync("This page appears as soon as it does.");
        await browser.TakePictureAsync("server-gone");

        await place.CrashServerAsync();
        await browser.WaitForAsync("Your session has ended");
        await browser.TakePictureAsync("signed-out");
        await browser.Page.GetByLabel("Access key ID").FillAsync(place.AccessKeyId);
        await browser.Page.GetByLabel("Secret access key").FillAsync(CommandLine.SecretAccessKey);
        await browser.Page.GetByLabel("Secret access key").PressAsync("Enter");
        await browser.WaitForAsync("The vault is not locked.");
    }

    [Fact]
    public async Task An_ID_is_copied_as_a_whole()
    {
        await using var place = await Workplace.ShareAsync();
        using var client = place.Connect();
        var upload = await client.InitiateMultipartUploadAsync(Workplace.Vault, MiB, "to be copied");
        await using var browser = await Browser.SignInAsync(place);
        await browser.Page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        await browser.OpenAsync($"/vaults/{Workplace.Vault}/uploads");
        await browser.Page.GetByRole(AriaRole.Button, new() { Name = "Copy the upload ID" }).ClickAsync();
        await browser.WaitForAsync("copied");
        Assert.Equal(upload, await browser.Page.EvaluateAsync<string>("navigator.clipboard.readText()"));
    }

    /// <summary>The controls and pictures that have no name for a screen reader.</summary>
    private static Task<string> FindUnnamedAsync(Browser browser) => browser.Page.EvaluateAsync<string>(
        """
        [...document.querySelectorAll("a, button, input, svg, canvas, summary")]
          .filter((shown) => shown.checkVisibility())
          .filter((shown) => !(shown.textContent.trim() || shown.getAttribute("aria-label") || shown.labels?.length > 0))
          .map((shown) => shown.outerHTML.slice(0, 80)).join("\n")
        """);
}
