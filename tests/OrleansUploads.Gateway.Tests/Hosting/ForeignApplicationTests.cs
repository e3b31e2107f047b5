using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using OrleansUploads.Client;
using OrleansUploads.Client.Models;
using OrleansUploads.Client.Sources;
using OrleansUploads.Core.Parts;
using OrleansUploads.Engine.Memory;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Gateway.Hosting;
using OrleansUploads.Gateway.Http.Credentials;
using OrleansUploads.TestKit.PartStores;

namespace OrleansUploads.Gateway.Tests.Hosting;

/// <summary>The service inside an application of somebody else, as docs/extending.md shows it.</summary>
public sealed class ForeignApplicationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task An_application_serves_uploads_beside_its_own_pages_and_keeps_them_over_a_restart()
    {
        var key = KeyPair.Create(GatewaySetup.Account.ToString(), DateTimeOffset.UtcNow);
        KeyFile.InFolder(_folder.Path).Change(_ => [key]);
        var bytes = new byte[100];
        var archive = "";
        for (var run = 0; run < 2; run++)
        {
            var builder = WebApplication.CreateBuilder();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            builder.Services.AddOrleansUploads(_folder.Path);
            await using var app = builder.Build();
            app.MapGet("/about", () => "An application.");
            app.MapOrleansUploads();
            await app.StartAsync(TestContext.Current.CancellationToken);

            using var http = new HttpClient { BaseAddress = AddressOf(app) };
            Assert.Equal("An application.", await http.GetStringAsync("/about", TestContext.Current.CancellationToken));
            Assert.StartsWith("{\"status\":\"Healthy\"", await http.GetStringAsync("/healthz", TestContext.Current.CancellationToken), StringComparison.Ordinal);
            using var client = ClientOf(app, key);
            if (run == 0)
            {
                await client.CreateVaultAsync("photos", TestContext.Current.CancellationToken);
                archive = (await client.UploadArchiveAsync("photos", HashedBody.Of(bytes))).ArchiveId;
            }

            Assert.Equal(bytes, await RetrieveAsync(client, archive));
        }
    }

    [Fact]
    public async Task An_application_keeps_the_bytes_in_a_store_of_its_own()
    {
        var key = KeyPair.Create(GatewaySetup.Account.ToString(), DateTimeOffset.UtcNow);
        KeyFile.InFolder(_folder.Path).Change(_ => [key]);
        var store = new CountingPartStore();
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddOrleansUploads(_folder.Path, ports: folder => folder with { Parts = store });
        await using var app = builder.Build();
        app.MapOrleansUploads();
        await app.StartAsync(TestContext.Current.CancellationToken);

        using var client = ClientOf(app, key);
        await client.CreateVaultAsync("photos", TestContext.Current.CancellationToken);
        var bytes = RandomNumberGenerator.GetBytes(3_000_000);
        var archive = (await client.UploadArchiveAsync("photos", HashedBody.Of(bytes))).ArchiveId;
        Assert.Equal(bytes, await RetrieveAsync(client, archive));
        Assert.Equal(1, store.Stored);
        Assert.Empty(Directory.EnumerateFiles(_folder.File("parts"), "*.part", SearchOption.AllDirectories));
    }

    public void Dispose() => _folder.Dispose();

    private static Uri AddressOf(WebApplication app) =>
        new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    private static GlacierClient ClientOf(WebApplication app, KeyPair key) => new(new GlacierClientOptions
    {
        Endpoint = AddressOf(app),
        Region = "us-east-1",
        AccessKeyId = key.AccessKeyId,
        SecretAccessKey = key.SecretAccessKey,
    });

    private static async Task<byte[]> RetrieveAsync(GlacierClient client, string archive)
    {
        var job = await client.InitiateArchiveRetrievalAsync("photos", archive, cancellationToken: TestContext.Current.CancellationToken);
        using var output = await client.GetJobOutputAsync("photos", job, cancellationToken: TestContext.Current.CancellationToken);
        var read = new MemoryStream();
        await output.Body.CopyToAsync(read, TestContext.Current.CancellationToken);
        return read.ToArray();
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
}
