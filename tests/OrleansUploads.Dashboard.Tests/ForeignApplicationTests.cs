using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using OrleansUploads.Gateway.Hosting;
using OrleansUploads.Gateway.Http.Credentials;

namespace OrleansUploads.Dashboard.Tests;

/// <summary>The dashboard inside an application of somebody else, as docs/extending.md shows it.</summary>
public sealed class ForeignApplicationTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("orleansuploads-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_application_has_the_dashboard_if_it_adds_it(bool isAdded)
    {
        await using var app = await StartAsync(services => isAdded ? services.AddUploadsDashboard() : services);
        Assert.Equal(isAdded, await HasDashboardAsync(Assert.Single(AddressesOf(app))));
    }

    [Fact]
    public async Task The_dashboard_is_at_an_address_of_its_own_and_nowhere_else()
    {
        await using var app = await StartAsync(
            static services => services.AddUploadsDashboard(hasOwnAddress: true),
            static kestrel => kestrel.ListenLocalhost(FreePort.Take(1)[0], static endpoint => endpoint.UseUploadsDashboard()));
        var haveDashboard = await Task.WhenAll(AddressesOf(app).Select(address => HasDashboardAsync(address)));
        Assert.Equal([false, true], haveDashboard);
    }

    [Theory]
    [InlineData("", "AWS4-HMAC-SHA256 Credential=A/20260504/us-east-1/dashboard/aws4_request, SignedHeaders=host, Signature={0}")]
    [InlineData(
        "?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=A/20260504/us-east-1/dashboard/aws4_request&X-Amz-Date=20260504T090000Z"
        + "&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature={0}",
        null)]
    public async Task A_credential_scope_does_not_lead_to_a_dashboard_with_an_address_of_its_own(string query, string? authorization)
    {
        await using var app = await StartAsync(
            static services => services.AddUploadsDashboard(hasOwnAddress: true),
            static kestrel => kestrel.ListenLocalhost(FreePort.Take(1)[0], static endpoint => endpoint.UseUploadsDashboard()));
        var api = AddressesOf(app).First();
        Assert.False(await HasDashboardAsync(api, WithSignature(query), WithSignature(authorization)));

        static string? WithSignature(string? text) => text?.Replace("{0}", new string('0', 64), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_application_has_the_dashboard_below_a_prefix(bool isGroup)
    {
        const string Prefix = "/files/uploads";
        var key = KeyPair.Create(GatewaySetup.Account.ToString(), DateTimeOffset.UtcNow);
        KeyFile.InFolder(_folder.FullName).Change(_ => [key]);
        await using var app = await StartAsync(static services => services.AddUploadsDashboard(), map: app =>
        {
            if (isGroup)
            {
                app.MapGroup(Prefix).MapOrleansUploads();
            }
            else
            {
                app.UsePathBase(Prefix);
                app.UseRouting();
                app.MapOrleansUploads();
            }
        });
        var root = Assert.Single(AddressesOf(app));
        using var http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });
        using var redirected = await http.GetAsync(new Uri(root, $"{Prefix}/dashboard"), Cancellation);
        Assert.Equal($"{Prefix}/dashboard/", redirected.Headers.Location!.ToString());

        // The paths of the page and its scripts are relative, and a browser resolves them.
        var page = new Uri(root, $"{Prefix}/dashboard/");
        var html = await http.GetStringAsync(page, Cancellation);
        var files = Regex.Matches(html, "(?:src|href)=\"([^#\"]+)\"").Select(match => match.Groups[1].Value).ToList();
        for (var i = 0; i < files.Count; i++)
        {
            var text = await http.GetStringAsync(new Uri(page, files[i]), Cancellation);
            Assert.DoesNotMatch("location.origin|[\"'`]/(dashboard|api)", text);
            files.AddRange(Regex.Matches(text, "from \"./([^\"]+)\"").Select(match => match.Groups[1].Value).Except(files).ToList());
        }

        Assert.Contains("start.js", files);

        using var challenged = JsonDocument.Parse(await http.GetStringAsync(new Uri(page, "api/challenge"), Cancellation));
        var challenge = challenged.RootElement.GetProperty("challenge").GetString()!;
        using var signedIn = await ChangeAsync(
            "api/session", new { key.AccessKeyId, challenge, proof = SignInChallenge.Prove(key.SecretAccessKey, challenge) });
        Assert.Contains($"; path={Prefix}/dashboard; ", Assert.Single(signedIn.Headers.GetValues("Set-Cookie")), StringComparison.Ordinal);

        // The client sends the cookie only below its path, as browsers do.
        using var created = await ChangeAsync("api/buckets/below", new { });
        var containers = await http.GetStringAsync(new Uri(page, "api/containers"), Cancellation);
        Assert.Contains("\"below\"", containers, StringComparison.Ordinal);
        Assert.Equal(!isGroup, await HasDashboardAsync(root));

        async Task<HttpResponseMessage> ChangeAsync(string path, object body)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(page, path)) { Content = JsonContent.Create(body) };
            request.Headers.Add("Origin", root.GetLeftPart(UriPartial.Authority));
            var answer = await http.SendAsync(request, Cancellation);
            Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
            return answer;
        }
    }

    private async Task<WebApplication> StartAsync(
        Func<IServiceCollection, IServiceCollection> add,
        Action<KestrelServerOptions>? listen = null,
        Action<WebApplication>? map = null)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(System.Net.IPAddress.Loopback, 0);
            listen?.Invoke(kestrel);
        });
        add(builder.Services.AddOrleansUploads(_folder.FullName));
        var app = builder.Build();
        (map ?? (static app => app.MapOrleansUploads()))(app);
        await app.StartAsync(Cancellation);
        return app;
    }

    private static async Task<bool> HasDashboardAsync(Uri address, string? query = null, string? authorization = null)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(address, $"/dashboard/{query}"));
        if (authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        using var answer = await http.SendAsync(request, Cancellation);
        var page = await answer.Content.ReadAsStringAsync(Cancellation);
        return page.Contains("<title>", StringComparison.Ordinal);
    }

    private static IEnumerable<Uri> AddressesOf(WebApplication app) =>
        app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(address => new Uri(address));
}
