using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using OrleansUploads.Engine.DataFolders;
using OrleansUploads.Engine.Disk;
using OrleansUploads.Engine.Memory;
using OrleansUploads.Engine.ObjectStorage;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Gateway.Hosting;
using OrleansUploads.Gateway.Settings;
using OrleansUploads.TestKit.PartStores;

namespace OrleansUploads.Gateway.Tests.Hosting;

/// <summary>The store of the bytes that an application brings.</summary>
public sealed class ApplicationStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task A_store_of_an_application_belongs_to_one_data_folder()
    {
        using var store = DiskPartStore.OpenShared(_folder.File("shared"));
        for (var run = 0; run < 2; run++)
        {
            await using var original = await StartAsync(_folder.File("a"), store);
            if (run == 0)
            {
                BackupFolder.Copy(_folder.File("a"), _folder.File("b"));
            }

            var copy = await Assert.ThrowsAsync<IOException>(() => StartAsync(_folder.File("b"), store));
            Assert.Contains("take-over", copy.Message, StringComparison.Ordinal);
            var other = await Assert.ThrowsAsync<IOException>(() => StartAsync(_folder.File("c"), store));
            Assert.Contains("belongs to another data folder", other.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Options_that_an_application_carries_out_by_itself_are_refused()
    {
        var services = new ServiceCollection();
        Assert.Throws<ArgumentException>(() => services.AddOrleansUploads(
            _folder.Path, new ServiceOptions { Parts = new StorageAddress(StorageAddress.S3, "bucket", "") }));
        Assert.Throws<ArgumentException>(() => services.AddOrleansUploads(
            _folder.Path, new ServiceOptions { PartsEndpoint = new Uri("http://127.0.0.1:9000") }));
        Assert.Throws<ArgumentException>(() => services.AddOrleansUploads(
            _folder.Path, new ServiceOptions { LogFormat = LogFormat.Json }));
    }

    [Fact]
    public async Task A_store_that_others_can_reach_needs_a_mark()
    {
        await Assert.ThrowsAsync<NotSupportedException>(() => StartAsync(_folder.Path, new DistantPartStore()));
    }

    public void Dispose() => _folder.Dispose();

    private static async Task<WebApplication> StartAsync(string folder, IPartStore store)
    {
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddOrleansUploads(folder, ports: opened => opened with { Parts = store });
        var app = builder.Build();
        try
        {
            app.MapOrleansUploads();
            await app.StartAsync(TestContext.Current.CancellationToken);
            return app;
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    private sealed class DistantPartStore() : DelegatingPartStore(new MemoryPartStore())
    {
        public override bool IsDistant => true;
    }
}
