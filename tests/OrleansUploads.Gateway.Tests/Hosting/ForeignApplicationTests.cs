using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using OrleansUploads.Client;
using OrleansUploads.Client.Models;
using OrleansUploads.Client.Sources;
using OrleansUploads.Gateway.Hosting;
using OrleansUploads.Gateway.Http.Credentials;
using OrleansUploads.Gateway.Tests.Harness;

namespace OrleansUploads.Gateway.Tests.Hosting;

/// <summary>The service inside an application of somebody else, as docs/extending.md shows it.</summary>
public sealed class ForeignApplicationTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("orleansuploads-");

    [Fact]
    public async Task An_application_serves_uploads_beside_its_own_pages_and_keeps_them_over_a_restart()
    {
        var key = KeyPair.Create(GatewaySetup.Account.ToString(), DateTimeOffset.UtcNow);
        KeyFile.InFolder(_folder.FullName).Change(_ => [key]);
        var bytes = new byte[100];
        var archive = "";
        for (var run = 0; run < 2; run++)
        {
            var builder = WebApplication.CreateBuilder();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            builder.Services.AddOrleansUploads(_folder.FullName);
            await using var app = builder.Build();
            app.MapGet("/about", () => "An application.");
            app.MapOrleansUploads();
            await app.StartAsync(TestContext.Current.CancellationToken);

            var address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
            using var http = new HttpClient { BaseAddress = address };
            Assert.Equal("An application.", await http.GetStringAsync("/about", TestContext.Current.CancellationToken));
            Assert.StartsWith("{\"status\":\"Healthy\"", await http.GetStringAsync("/healthz", TestContext.Current.CancellationToken), StringComparison.Ordinal);
            using var client = new GlacierClient(new GlacierClientOptions
            {
                Endpoint = address,
                Region = "us-east-1",
                AccessKeyId = key.AccessKeyId,
                SecretAccessKey = key.SecretAccessKey,
            });
            if (run == 0)
            {
                await client.CreateVaultAsync("photos", TestContext.Current.CancellationToken);
                archive = (await client.UploadArchiveAsync("photos", HashedBody.Of(bytes))).ArchiveId;
            }

            var job = await client.InitiateArchiveRetrievalAsync("photos", archive, cancellationToken: TestContext.Current.CancellationToken);
            using var output = await client.GetJobOutputAsync("photos", job, cancellationToken: TestContext.Current.CancellationToken);
            var read = new MemoryStream();
            await output.Body.CopyToAsync(read, TestContext.Current.CancellationToken);
            Assert.Equal(bytes, read.ToArray());
        }
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
