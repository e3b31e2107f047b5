using OrleansUploads.Client;
using OrleansUploads.Client.Models;
using OrleansUploads.Client.Sources;
using OrleansUploads.Cluster.Abstractions.Uploads;
using OrleansUploads.Hashing;
using OrleansUploads.Testing.Cluster;

namespace OrleansUploads.Cluster.Gateway.Tests;

/// <summary>The cluster that the package OrleansUploads.Testing.Cluster starts in the process of a test.</summary>
public sealed class UploadsClusterTests
{
    [Fact]
    public void The_public_surface_is_the_one_that_is_written_down() => PublicApi.RequireWritten(typeof(UploadsCluster).Assembly);

    [Fact]
    public async Task An_upload_goes_on_while_silos_are_killed_and_answers_are_lost_and_nothing_is_left_open()
    {
        await using var cluster = await UploadsCluster.StartAsync(silos: 3, cancellationToken: Cancellation);
        await cluster.CreateVaultAsync("tapes", Cancellation);
        using var client = Connect(cluster);
        var bytes = Archives.Bytes(3 << 20, seed: 1);
        var upload = await client.InitiateMultipartUploadAsync("tapes", 1 << 20, cancellationToken: Cancellation);
        var left = Assert.Single(await cluster.ListOpenUploadsAsync(Cancellation));
        Assert.Equal(("tapes", upload, null), (left.Container, left.UploadId, left.Key));
        for (var first = 0; first < bytes.Length; first += 1 << 20)
        {
            // The oldest one each time, so that in the end no silo is left of those that have seen the beginning.
            await cluster.KillSiloAsync();
            cluster.LoseNextAnswer(static request => request.Method == "PUT");
            await client.UploadPartAsync("tapes", upload, first, HashedBody.Of(bytes.AsMemory(first, 1 << 20)), Cancellation);
            await cluster.StartSiloAsync();
        }

        cluster.LoseNextAnswer(static request => request.Method == "POST");
        var archive = await client.CompleteMultipartUploadAsync("tapes", upload, bytes.Length, TreeHasher.Compute(bytes), Cancellation);

        var job = await client.InitiateArchiveRetrievalAsync("tapes", archive.ArchiveId, cancellationToken: Cancellation);
        using var output = await client.GetJobOutputAsync("tapes", job, cancellationToken: Cancellation);
        var read = new MemoryStream();
        await output.Body.CopyToAsync(read, Cancellation);
        Assert.Equal(bytes, read.ToArray());
        Assert.Empty(await cluster.ListOpenUploadsAsync(Cancellation));
        Assert.Equal(3, cluster.SiloCount);
    }

    [Fact]
    public async Task A_cluster_that_was_disposed_of_says_so()
    {
        var cluster = await UploadsCluster.StartAsync(silos: 1, cancellationToken: Cancellation);
        await cluster.DisposeAsync();
        await cluster.DisposeAsync();
        Assert.Throws<ObjectDisposedException>(() => cluster.Grains);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => cluster.KillSiloAsync());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => cluster.StartSiloAsync());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => cluster.AdvanceAsync(TimeSpan.Zero, Cancellation));
    }

    [Fact]
    public async Task An_upload_of_a_grain_expires_when_the_clock_is_set_forward_and_the_last_silo_is_not_killed()
    {
        await using var cluster = await UploadsCluster.StartAsync(silos: 1, cancellationToken: Cancellation);
        await cluster.CreateVaultAsync("tapes", Cancellation);
        var (tapes, upload) = (new VaultAddress("000000000001", "tapes"), cluster.Grains.GetGrain<IUploadGrain>(UploadKey.New()));
        var opened = await upload.InitiateAsync(new UploadRequest(tapes, 1 << 20, "tape 7", UploadStorage.External), Cancellation);
        Assert.Null(opened.Refusal);
        Assert.Single(await cluster.ListOpenUploadsAsync(Cancellation));
        var before = cluster.Now;

        await cluster.AdvanceAsync(TimeSpan.FromDays(8), Cancellation);

        Assert.True(cluster.Now >= before.AddDays(8));
        Assert.Empty(await cluster.ListOpenUploadsAsync(Cancellation));
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => cluster.KillSiloAsync());
        Assert.Contains("StartSiloAsync", refused.Message, StringComparison.Ordinal);
    }

    private static GlacierClient Connect(UploadsCluster cluster) => new(new GlacierClientOptions
    {
        Endpoint = cluster.Endpoint,
        Region = "us-east-1",
        AccessKeyId = cluster.AccessKeyId,
        SecretAccessKey = cluster.SecretAccessKey,
    });
}
