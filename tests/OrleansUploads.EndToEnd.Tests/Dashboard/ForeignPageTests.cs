using System.Net;
using System.Net.Sockets;
using System.Text;
using Amazon.S3;
using Amazon.S3.Model;
using Microsoft.Playwright;

namespace OrleansUploads.EndToEnd.Tests.Dashboard;

/// <summary>Pages that others have written, in the browser of somebody who uses the server.</summary>
[Campaign]
public sealed class ForeignPageTests
{
    private const string Dashboard = "The dashboard is at ";

    [Fact]
    public async Task A_stored_page_runs_no_script_beside_the_dashboard()
    {
        await using var place = await Workplace.ShareAsync();
        using var client = place.Connect();
        var upload = await client.InitiateMultipartUploadAsync(Workplace.Vault, Archives.MiB, "not to be aborted");
        await using var browser = await Browser.SignInAsync(place);

        await using var other = await Workplace.ShareAsync();
        using var stranger = other.ConnectS3();
        await stranger.PutBucketAsync("pages");
        var abort = $"/dashboard/api/vaults/{Workplace.Vault}/uploads/{upload}/abort";
        await stranger.PutObjectAsync(new PutObjectRequest
        {
            BucketName = "pages",
            Key = "page.html",
            ContentType = "text/html",
            ContentBody = $"<title>page</title><script>document.title = 'script'; fetch('{abort}', {{ method: 'POST', body: '{{}}' }})</script>",
        });
        var url = await stranger.GetPreSignedURLAsync(new GetPreSignedUrlRequest
        {
            BucketName = "pages",
            Key = "page.html",
            Expires = DateTime.UtcNow.AddMinutes(5),
            Protocol = Protocol.HTTP,
        });

        var page = await browser.Page.Context.NewPageAsync();
        var answered = page.WaitForRequestFinishedAsync();
        await page.GotoAsync(url, new() { WaitUntil = WaitUntilState.NetworkIdle });
        await answered;
        Assert.Equal("page", await page.TitleAsync());
        Assert.Empty(await client.ListPartsAsync(Workplace.Vault, upload).ToListAsync());
    }

    [Fact]
    public async Task The_dashboard_may_have_an_address_of_its_own()
    {
        await using var place = await Workplace.OpenAsync("--dashboard-listen", "127.0.0.1:0");
        var line = place.Server.Output.Split('\n').Single(line => line.StartsWith(Dashboard, StringComparison.Ordinal));
        var dashboard = new Uri(new Uri(line[Dashboard.Length..].Split(". ")[0]), "/");
        Assert.NotEqual(place.Server.Address.Port, dashboard.Port);
        await using (var browser = await Browser.StartAsync(place.Server, dashboard: dashboard))
        {
            await browser.SignInAsync();
            await browser.WaitForAsync(Workplace.Vault);
            await browser.Page.GotoAsync(dashboard.ToString());
            await browser.WaitForAsync(Workplace.Vault);
        }

        using var s3 = place.Server.ConnectS3();
        await s3.PutBucketAsync("pages");
        await s3.PutObjectAsync(new PutObjectRequest { BucketName = "pages", Key = "page.html", ContentBody = "text" });
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var atTheOther = place.Server.SignS3().Create(HttpMethod.Get, "/pages/page.html", []);
        atTheOther.RequestUri = new Uri(dashboard, "/pages/page.html");
        using var noObject = await http.SendAsync(atTheOther);
        Assert.Equal(HttpStatusCode.NotFound, noObject.StatusCode);
        using var noDashboard = await http.GetAsync(new Uri(place.Server.Address, "/dashboard/"));
        Assert.Equal(HttpStatusCode.Forbidden, noDashboard.StatusCode);
    }

    [Fact]
    public async Task With_anonymous_access_a_web_page_deletes_nothing()
    {
        using var folder = new TemporaryFolder();
        await using var server = await ServerProcess.StartAsync(folder.Data, "--anonymous", "--quiet");
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        foreach (var target in new[] { "/photos", "/photos/cat.jpg" })
        {
            using var put = await http.PutAsync(new Uri(server.Address, target), new ByteArrayContent([]));
            Assert.Equal(HttpStatusCode.OK, put.StatusCode);
        }

        // The page is at "localhost", which is another site than "127.0.0.1".
        using var site = new TcpListener(IPAddress.Loopback, 0);
        site.Start();
        var serving = ServePageAsync(site, "<title>page</title>");
        await using var browser = await Browser.StartAsync(server);
        await browser.Page.GotoAsync($"http://localhost:{((IPEndPoint)site.LocalEndpoint).Port}/");
        await browser.Page.EvaluateAsync(
            """
            (target) => fetch(target, {
              method: "POST", mode: "no-cors", body: "<Delete><Object><Key>cat.jpg</Key></Object></Delete>" })
            """,
            new Uri(server.Address, "/photos?delete").ToString());

        using var kept = await http.GetAsync(new Uri(server.Address, "/photos/cat.jpg"));
        Assert.Equal(HttpStatusCode.OK, kept.StatusCode);
        site.Stop();
        await serving;
    }

    /// <summary>Answers every request with a page, until the listener stops.</summary>
    private static async Task ServePageAsync(TcpListener listener, string page)
    {
        try
        {
            while (true)
            {
                using var connection = await listener.AcceptTcpClientAsync();
                var stream = connection.GetStream();
                var head = new byte[4096];
                _ = await stream.ReadAsync(head);
                await stream.WriteAsync(Encoding.ASCII.GetBytes(
                    $"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {page.Length}\r\nConnection: close\r\n\r\n{page}"));
            }
        }
        catch (Exception stopped) when (stopped is SocketException or ObjectDisposedException)
        {
            // The listener has stopped.
        }
    }
}
