using System.Net;
using Microsoft.AspNetCore.Builder;
using OrleansUploads.Client;
using OrleansUploads.Client.Models;
using OrleansUploads.Client.Sources;
using OrleansUploads.Gateway.Hosting;
using OrleansUploads.Gateway.Http.Credentials;

namespace OrleansUploads.Cluster.Gateway.Tests;

/// <summary>A silo of somebody else that also serves the fronts, as docs/extending.md shows it.</summary>
public sealed class ForeignSiloTests
{
    [Fact]
    public async Task A_silo_serves_uploads_beside_its_own_pages()
    {
        using var folder = new TemporaryFolder();
        var keys = KeyFile.InFolder(folder.Path);
        var key = KeyPair.Create(KeyPair.DefaultAccount, DateTimeOffset.UtcNow);
        keys.Change(_ => [key]);
        var builder = WebApplication.CreateBuilder(["--urls", "http://127.0.0.1:0"]);
        ForeignSilo.AddTo(builder);
        builder.Services.AddSingleton<ICredentialStore>(services => new KeyFileCredentialStore(
            keys, operatorKey: null, services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<KeyFileCredentialStore>>()));
        builder.Services.AddOrleansUploadsFronts();
        await using var app = builder.Build();
        app.MapGet("/about", () => "A silo.");
        app.MapOrleansUploads();
        await app.StartAsync(Cancellation);

        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        Assert.Equal("A silo.", await http.GetStringAsync("/about", Cancellation));
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/healthz", Cancellation)).StatusCode);
        using var client = new GlacierClient(new GlacierClientOptions
        {
            Endpoint = http.BaseAddress,
            Region = "us-east-1",
            AccessKeyId = key.AccessKeyId,
            SecretAccessKey = key.SecretAccessKey,
        });
        await client.CreateVaultAsync("photos", Cancellation);
        var bytes = RandomNumberGenerator.GetBytes(100_000);
        var archive = await client.UploadArchiveAsync("photos", HashedBody.Of(bytes), cancellationToken: Cancellation);
        Assert.Equal(bytes, await client.RetrieveAsync("photos", archive.ArchiveId));
    }
}
