using System.Net;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using OrleansUploads.Client;
using OrleansUploads.Client.Models;
using OrleansUploads.Client.Sources;
using OrleansUploads.Client.Transfers;
using OrleansUploads.Core.Parts;
using OrleansUploads.Engine.DataFolders;
using OrleansUploads.Engine.Memory;
using OrleansUploads.Engine.Ownership;
using OrleansUploads.Gateway.Hosting;
using OrleansUploads.Gateway.Http.Credentials;
using OrleansUploads.Signing;
using OrleansUploads.TestKit.PartStores;

namespace OrleansUploads.Gateway.Tests.Hosting;

/// <summary>The service inside an application of somebody else, as docs/extending.md shows it.</summary>
public sealed class ForeignApplicationTests : TestWithFolder
{
    private const string Prefix = "/files/uploads";

    private readonly KeyPair _key = KeyPair.Create(GatewaySetup.Account.ToString(), DateTimeOffset.UtcNow);

    public ForeignApplicationTests() => KeyFile.InFolder(Folder.Path).Change(_ => [_key]);

    [Fact]
    public async Task An_application_serves_uploads_beside_its_own_pages_and_keeps_them_over_a_restart()
    {
        var bytes = new byte[100];
        var archive = "";
        for (var run = 0; run < 2; run++)
        {
            await using var app = await StartAsync(map: static app =>
            {
                app.MapGet("/about", () => "An application.");
                app.MapOrleansUploads();
            });

            using var http = new HttpClient { BaseAddress = AddressOf(app) };
            Assert.Equal("An application.", await http.GetStringAsync("/about", Cancellation));
            Assert.StartsWith("{\"status\":\"Healthy\"", await http.GetStringAsync("/healthz", Cancellation), StringComparison.Ordinal);
            using var client = ClientOf(app);
            if (run == 0)
            {
                await client.CreateVaultAsync("photos", Cancellation);
                archive = (await client.UploadArchiveAsync("photos", HashedBody.Of(bytes))).ArchiveId;
            }

            Assert.Equal(bytes, await client.RetrieveAsync("photos", archive));
        }
    }

    [Fact]
    public async Task An_application_serves_uploads_in_the_test_server_of_AspNetCore()
    {
        await using var app = await StartAsync(build: static builder => builder.WebHost.UseTestServer());
        using var http = app.GetTestClient();
        using var client = new GlacierClient(app.GetTestClient(), OptionsOf(http.BaseAddress!));
        await client.CreateVaultAsync("photos", Cancellation);
        var bytes = RandomNumberGenerator.GetBytes(3_000_000);
        var upload = new ArchiveUpload(client, new ArchiveUploadOptions { PartSizeBytes = 1 << 20 });
        using var source = ByteSource.FromMemory(bytes);
        var archive = await upload.UploadAsync("photos", source, "photos of 2026", Cancellation);
        Assert.Equal(bytes, await client.RetrieveAsync("photos", archive.ArchiveId));

        (await SendAsync("PUT", "/bucket", null)).Expect(200);
        (await SendAsync("PUT", "/bucket/a%20b%2Bc/%C3%BC", bytes)).Expect(200);
        Assert.Equal(bytes, (await SendAsync("GET", "/bucket/a%20b%2Bc/%C3%BC", null)).Expect(200).Body);
        Assert.Equal(["a b+c/ü"], S3Server.Texts((await SendAsync("GET", "/bucket?list-type=2&prefix=a%20b", null)).Expect(200), "Key"));

        Task<ApiAnswer> SendAsync(string method, string target, byte[]? body) =>
            SendSignedAsync(http, S3Server.Request(method, target, body));
    }

    [Fact]
    public async Task An_application_keeps_the_bytes_in_a_store_of_its_own()
    {
        var store = new CountingPartStore();
        await using var app = await StartAsync(ports: folder => folder with { Parts = store });
        using var client = ClientOf(app);
        await client.CreateVaultAsync("photos", Cancellation);
        var bytes = RandomNumberGenerator.GetBytes(3_000_000);
        var archive = (await client.UploadArchiveAsync("photos", HashedBody.Of(bytes))).ArchiveId;
        Assert.Equal(bytes, await client.RetrieveAsync("photos", archive));
        Assert.Equal(1, store.Stored);
        Assert.Empty(Directory.EnumerateFiles(Folder.File("parts"), "*.part", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData(SharedPartStore.WithConditions)]
    [InlineData(SharedPartStore.WithoutConditions)]
    [InlineData(SharedPartStore.InFolder)]
    public async Task A_store_of_an_application_belongs_to_one_data_folder(string kind)
    {
        var store = await SharedPartStore.Named(kind, Folder.Path).OpenAsync();
        for (var run = 0; run < 2; run++)
        {
            await using var original = await StartAsync(store, "a");
            if (run == 0)
            {
                BackupFolder.Copy(Folder.File("a"), Folder.File("b"));
            }

            var copy = await Assert.ThrowsAsync<IOException>(() => StartAsync(store, "b"));
            Assert.Contains("take-over", copy.Message, StringComparison.Ordinal);
            var other = await Assert.ThrowsAsync<IOException>(() => StartAsync(store, "c"));
            Assert.Contains("belongs to another data folder", other.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(SharedPartStore.WithConditions, true)]
    [InlineData(SharedPartStore.WithConditions, false)]
    [InlineData(SharedPartStore.WithoutConditions, true)]
    [InlineData(SharedPartStore.WithoutConditions, false)]
    [InlineData(SharedPartStore.InFolder, true)]
    [InlineData(SharedPartStore.InFolder, false)]
    public async Task An_application_whose_store_is_taken_over_or_moved_takes_nothing_from_it(string kind, bool isTakenOver)
    {
        var shared = SharedPartStore.Named(kind, Folder.Path);
        var store = await shared.OpenAsync();
        Directory.CreateDirectory(Folder.File("a"));
        KeyFile.InFolder(Folder.File("a")).Change(_ => [_key]);
        await using (var app = await StartAsync(store, "a"))
        {
            using var client = ClientOf(app);
            await client.CreateVaultAsync("photos", Cancellation);
            var upload = await client.InitiateMultipartUploadAsync("photos", 1 << 20, cancellationToken: Cancellation);
            await client.UploadPartAsync("photos", upload, 0, HashedBody.Of(new byte[] { 1, 2, 3 }), Cancellation);
            BackupFolder.Copy(Folder.File("a"), Folder.File("b"));
            if (isTakenOver)
            {
                await using var copy = DataFolder.Open(
                    Folder.File("b"), new DataFolderOptions { Parts = await shared.OpenAsync() }, TimeProvider.System);
                await copy.TakeStoreAsync(takesOver: true, Cancellation);
            }
            else
            {
                await StoreOwnership.LeaveAsync((IStoreMark)store, "s3://elsewhere", Cancellation);
            }

            // The bytes of an ended upload are deleted at once, but for the loss of the store.
            await client.AbortMultipartUploadAsync("photos", upload, Cancellation);
            using var http = new HttpClient { BaseAddress = AddressOf(app) };
            await Eventually.BecomesTrueAsync(
                async () => (await http.GetAsync("/healthz", Cancellation)).StatusCode == HttpStatusCode.ServiceUnavailable,
                "the application knows that it has lost its store");
            var answer = await Assert.ThrowsAsync<GlacierException>(
                () => client.UploadArchiveAsync("photos", HashedBody.Of(new byte[] { 1, 2, 3 })));
            Assert.Contains(
                isTakenOver ? "This server has lost its part store" : "The bytes of this server have moved to s3://elsewhere",
                answer.Message,
                StringComparison.Ordinal);
            Assert.Single(await store.ListUploadsAsync(Cancellation).ToListAsync(Cancellation));
        }

        var refused = await Assert.ThrowsAsync<IOException>(() => StartAsync(store, "a"));
        Assert.Contains(isTakenOver ? "is used by the data folder" : "has moved to s3://elsewhere", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public Task A_store_that_others_can_reach_needs_a_mark() =>
        Assert.ThrowsAsync<NotSupportedException>(() => StartAsync(new DistantPartStore(), "a"));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_application_serves_uploads_below_a_prefix(bool isGroup)
    {
        await using var app = await StartAsync(app =>
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
        using var client = ClientOf(app, Prefix);
        await client.CreateVaultAsync("photos", Cancellation);
        var bytes = RandomNumberGenerator.GetBytes(100);
        Assert.Equal(bytes, await client.RetrieveAsync("photos", (await client.UploadArchiveAsync("photos", HashedBody.Of(bytes))).ArchiveId));

        Assert.Equal(
            $"{Prefix}/bucket", (await SendSignedAsync(app, S3Server.Request("PUT", $"{Prefix}/bucket", null))).Expect(200).Header("Location"));
        foreach (var key in (string[])["a/b%20c", "files/uploads/", "%E2%82%AC"])
        {
            (await SendSignedAsync(app, S3Server.Request("PUT", $"{Prefix}/bucket/{key}", bytes))).Expect(200);
            Assert.Equal(bytes, (await SendSignedAsync(app, S3Server.Request("GET", $"{Prefix}/bucket/{key}", null))).Expect(200).Body);
        }

        var listed = (await SendSignedAsync(app, S3Server.Request("GET", $"{Prefix}/bucket?list-type=2", null))).Expect(200);
        Assert.Equal(["a/b c", "files/uploads/", "€"], S3Server.Texts(listed, "Key"));
        Assert.Equal(["bucket"], S3Server.Texts((await SendSignedAsync(app, S3Server.Request("GET", Prefix, null))).Expect(200), "Name")[^1..]);

        using var http = new HttpClient { BaseAddress = AddressOf(app) };
        Assert.StartsWith(
            "{\"status\":\"Healthy\"", await http.GetStringAsync($"{Prefix}/healthz", Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fallback_route_gets_what_is_not_signed_and_a_fallback_policy_does_not_apply_to_signed_requests()
    {
        await using var app = await StartAsync(
            static app =>
            {
                app.UseAuthentication();
                app.UseAuthorization();
                app.MapGet("/private", () => "private");
                app.MapFallback(() => "the page").AllowAnonymous();
                app.MapOrleansUploads();
            },
            static builder =>
            {
                builder.Services.AddAuthentication().AddCookie();
                builder.Services.AddAuthorizationBuilder().SetFallbackPolicy(
                    new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
            });
        using var http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = AddressOf(app) };
        foreach (var path in (string[])["/", "/settings/profile", "/photos"])
        {
            Assert.Equal("the page", await http.GetStringAsync(path, Cancellation));
        }

        using var denied = await http.GetAsync("/private", Cancellation);
        Assert.Equal(HttpStatusCode.Redirect, denied.StatusCode);
        Assert.StartsWith("{\"status\"", await http.GetStringAsync("/healthz", Cancellation), StringComparison.Ordinal);
        using var client = ClientOf(app);
        await client.CreateVaultAsync("photos", Cancellation);
        (await SendSignedAsync(app, S3Server.Request("PUT", "/settings", null))).Expect(200);
    }

    [Fact]
    public async Task An_application_adds_conventions_to_the_endpoints()
    {
        await using var app = await StartAsync(
            static app =>
            {
                app.UseAuthorization();
                app.MapOrleansUploads().RequireAuthorization();
            },
            static builder =>
            {
                builder.Services.AddAuthentication("Cookies").AddCookie();
                builder.Services.AddAuthorization();
            });
        using var http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = AddressOf(app) };
        using var denied = await http.GetAsync("/healthz", Cancellation);
        Assert.Equal(HttpStatusCode.Redirect, denied.StatusCode);
    }

    [Fact]
    public async Task The_endpoints_of_an_application_behave_the_same_with_and_without_uploads()
    {
        Assert.Equal(await DescribeAsync(hasUploads: false), await DescribeAsync(hasUploads: true));
    }

    [Fact]
    public void An_application_that_adds_the_service_twice_or_not_at_all_is_told_so()
    {
        var builder = WebApplication.CreateBuilder();
        using (var without = builder.Build())
        {
            var missing = Assert.Throws<InvalidOperationException>(() => without.MapOrleansUploads());
            Assert.Contains("Call builder.Services.AddOrleansUploads", missing.Message, StringComparison.Ordinal);
        }

        builder = WebApplication.CreateBuilder();
        Assert.Throws<ArgumentException>(() => builder.Services.AddOrleansUploads(""));
        builder.Services.AddOrleansUploads(Folder.Path);
        Assert.Throws<InvalidOperationException>(() => builder.Services.AddOrleansUploads(Folder.Path));
        builder = WebApplication.CreateBuilder();
        builder.Services.AddSingleton<IEntityHost>(static _ => null!);
        Assert.Throws<InvalidOperationException>(() => builder.Services.AddOrleansUploads(Folder.Path));
    }

    [Fact]
    public async Task An_application_that_maps_the_service_twice_at_one_place_does_not_start()
    {
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync(static app =>
        {
            app.MapOrleansUploads();
            app.MapOrleansUploads();
        }));
        Assert.Contains("twice at /{**path}", refused.Message, StringComparison.Ordinal);
        await using var app = await StartAsync(static app =>
        {
            app.MapOrleansUploads().RequireHost("one.example");
            app.MapOrleansUploads().RequireHost("two.example");
            app.MapGroup("/uploads").MapOrleansUploads();
        });
    }

    [Fact]
    public async Task An_application_reports_the_health_of_uploads_if_it_wants_to()
    {
        await using var app = await StartAsync(
            static app =>
            {
                app.MapHealthChecks("/health");
                app.MapOrleansUploads();
            },
            static builder =>
            {
                builder.Services.AddHealthChecks().AddOrleansUploads();
                builder.Services.AddUploadsHealthChecks().AddCheck("planted", () => HealthCheckResult.Unhealthy("broken"));
            });
        using var http = new HttpClient { BaseAddress = AddressOf(app) };
        using var answer = await http.GetAsync("/health", Cancellation);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
    }

    /// <summary>How an application's own endpoints answer.</summary>
    private async Task<List<string>> DescribeAsync(bool hasUploads)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddHealthChecks().AddCheck("own", () => HealthCheckResult.Degraded("own"));
        if (hasUploads)
        {
            builder.Services.AddOrleansUploads(Folder.Path);
        }

        await using var app = builder.Build();
        app.MapHealthChecks("/health", new HealthCheckOptions
        {
            ResponseWriter = static (context, report) => context.Response.WriteAsync(string.Join(' ', report.Entries.Keys)),
        });
        app.MapPost("/length", static async (HttpRequest request) =>
        {
            var body = new MemoryStream();
            await request.Body.CopyToAsync(body);
            return body.Length;
        });
        app.MapGet("/about", static (HttpRequest request) => $"{request.Headers["x-name"]}");
        if (hasUploads)
        {
            app.MapOrleansUploads();
        }

        await app.StartAsync(Cancellation);
        var limits = app.Services.GetRequiredService<IOptions<KestrelServerOptions>>().Value.Limits;
        List<string> found =
        [
            .. typeof(KestrelServerLimits).GetProperties().Select(limit => $"{limit.Name}={limit.GetValue(limits)}"),
            $"{app.Services.GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout}",
            $"{app.Services.GetRequiredService<IOptions<SocketTransportOptions>>().Value.Backlog}",
            $"{app.Services.GetServices<IConnectionListenerFactory>().Last().GetType()}",
        ];
        var handler = new SocketsHttpHandler { RequestHeaderEncodingSelector = static (_, _) => Encoding.Latin1 };
        using var http = new HttpClient(handler) { BaseAddress = AddressOf(app) };
        await SendAsync(HttpMethod.Get, "/health");
        await SendAsync(HttpMethod.Get, "/about");
        await SendAsync(HttpMethod.Get, "/about", ("x-name", "\u00fc"));
        await SendAsync(HttpMethod.Get, $"/about?{new string('a', 10_000)}");
        await SendAsync(HttpMethod.Get, "/about", [.. Enumerable.Range(0, 150).Select(number => ($"x-{number}", "a"))]);
        await SendAsync(HttpMethod.Post, "/length");
        return found;

        async Task SendAsync(HttpMethod method, string path, params (string Name, string Value)[] headers)
        {
            using var request = new HttpRequestMessage(method, path);
            request.Content = method == HttpMethod.Post ? new ByteArrayContent(new byte[1_000_000]) : null;
            foreach (var (name, value) in headers)
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }

            using var answer = await http.SendAsync(request, Cancellation);
            found.Add($"{(int)answer.StatusCode} {answer.Headers.Server} {await answer.Content.ReadAsStringAsync(Cancellation)}");
        }
    }

    private static Uri AddressOf(WebApplication app) =>
        new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    private GlacierClient ClientOf(WebApplication app, string path = "") => new(OptionsOf(new Uri(AddressOf(app), path)));

    private GlacierClientOptions OptionsOf(Uri endpoint) => new()
    {
        Endpoint = endpoint,
        Region = "us-east-1",
        AccessKeyId = _key.AccessKeyId,
        SecretAccessKey = _key.SecretAccessKey,
        Retry = RetryPolicy.None,
    };

    private Task<WebApplication> StartAsync(IPartStore store, string folder) =>
        StartAsync(ports: opened => opened with { Parts = store }, folder: Folder.File(folder));

    /// <summary>Starts an application with uploads.</summary>
    private async Task<WebApplication> StartAsync(
        Action<WebApplication>? map = null,
        Action<WebApplicationBuilder>? build = null,
        Func<EnginePorts, EnginePorts>? ports = null,
        string? folder = null)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddOrleansUploads(folder ?? Folder.Path, ports: ports);
        build?.Invoke(builder);
        var app = builder.Build();
        try
        {
            (map ?? (static app => app.MapOrleansUploads()))(app);
            await app.StartAsync(Cancellation);
            return app;
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    private async Task<ApiAnswer> SendSignedAsync(WebApplication app, ApiRequest request)
    {
        using var http = new HttpClient { BaseAddress = AddressOf(app) };
        return await SendSignedAsync(http, request);
    }

    private Task<ApiAnswer> SendSignedAsync(HttpClient http, ApiRequest request)
    {
        var signer = new Signer { AccessKeyId = _key.AccessKeyId, SecretKey = _key.SecretAccessKey, Rules = SigningRules.S3 };
        return GatewayServer.SendAsync(http, request, signer.Sign(request, http.BaseAddress!.Authority, DateTimeOffset.UtcNow));
    }

    /// <summary>A store of somebody else: it keeps the bytes in memory and counts the attempts.</summary>
    private sealed class CountingPartStore() : DelegatingPartStore(new MemoryPartStore())
    {
        private int _stored;

        public int Stored => _stored;

        public override ValueTask<IAttemptWriter> CreateAsync(
            UploadId upload, AttemptId attempt, long lengthBytes, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _stored);
            return Inner.CreateAsync(upload, attempt, lengthBytes, cancellationToken);
        }
    }

    private sealed class DistantPartStore() : DelegatingPartStore(new MemoryPartStore())
    {
        public override bool IsDistant => true;
    }
}
