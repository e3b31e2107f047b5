using System.Collections.Concurrent;
using OrleansUploads.Engine.Moving;
using OrleansUploads.Engine.Tests.Checking;

namespace OrleansUploads.Engine.Tests.Moving;

/// <summary>The import of a data folder with a bucket. The tests of the silo import whole services.</summary>
public sealed class FolderImportTests : IAsyncLifetime
{
    private readonly CheckedBucket _bucket = new();
    private readonly MemoryTarget _target = new();
    private readonly DiskPartStore _parts;

    public FolderImportTests() => _parts = DiskPartStore.OpenForReading(Path.Combine(_bucket.Path, DataFolder.PartsFolder));

    public async ValueTask InitializeAsync() => await _bucket.FillAsync();

    public ValueTask DisposeAsync()
    {
        _parts.Dispose();
        _bucket.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_import_has_every_history_and_finds_every_needed_byte(bool deep)
    {
        using var import = Open();

        var found = await import.FindFaultsAsync(deep, Cancellation);
        var imported = await import.ImportAsync(continues: false, Cancellation);
        var compared = await import.CompareAsync(Cancellation);

        Assert.Equal((0, 0, 0), (found.FaultCount, imported.FaultCount, compared.FaultCount));
        Assert.Equal((4, 3), (found.AttemptCount, found.ObjectCount));
        Assert.Equal(_target.Images.Count, compared.HistoryCount);
        Assert.Equal(found.HistoryCount, compared.HistoryCount);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(8)]
    public async Task An_import_that_stopped_in_the_middle_is_repeated_and_stores_only_what_is_missing(int stored)
    {
        _target.FailsAfter = stored;
        using (var first = Open())
        {
            await Assert.ThrowsAsync<IOException>(() => first.ImportAsync(continues: false, Cancellation));
        }

        Assert.Equal(stored, _target.Images.Count);
        _target.FailsAfter = int.MaxValue;
        await ImportAsync(continues: true);
        Assert.Equal(_target.Images.Count, _target.Imports);
        await ImportAsync(continues: true);
        Assert.Equal(_target.Images.Count, _target.Imports);
    }

    [Fact]
    public async Task A_history_that_the_cluster_has_lost_or_stored_in_part_is_found_and_imported_again()
    {
        _target.Loses = 2;
        using (var import = Open())
        {
            await import.ImportAsync(continues: false, Cancellation);
            Assert.Equal(1, (await import.CompareAsync(Cancellation)).FaultCount);
        }

        await ImportAsync(continues: true);
        var (entity, image) = _target.Images.First();
        _target.Images[entity] = image with { Snapshot = image.Snapshot[..^1] };
        using (var import = Open())
        {
            Assert.Contains(
                entity.ToString(), Assert.Single((await import.CompareAsync(Cancellation)).Faults), StringComparison.Ordinal);
        }

        await ImportAsync(continues: true);
    }

    [Fact]
    public async Task A_missing_part_a_missing_manifest_and_another_length_are_found()
    {
        var parts = Directory.GetFiles(_parts.Place, "*.part", SearchOption.AllDirectories);
        File.Delete(parts[0]);
        await File.WriteAllBytesAsync(parts[1], [1, 2, 3], Cancellation);
        using var import = Open();

        Assert.InRange((await import.FindFaultsAsync(deep: false, Cancellation)).FaultCount, 1, 2);
        File.Delete(parts[1]);
        foreach (var manifest in Directory.GetFiles(_parts.Place, "manifest", SearchOption.AllDirectories))
        {
            File.Delete(manifest);
        }

        Assert.NotEqual(0, (await import.FindFaultsAsync(deep: false, Cancellation)).FaultCount);
    }

    [Fact]
    public async Task A_byte_that_differs_is_found_if_every_byte_is_read()
    {
        foreach (var file in Directory.GetFiles(_parts.Place, "*.part", SearchOption.AllDirectories))
        {
            FileDamage.Flip(file, 0);
        }

        using var import = Open();
        Assert.Equal(0, (await import.FindFaultsAsync(deep: false, Cancellation)).FaultCount);
        Assert.Equal(4, (await import.FindFaultsAsync(deep: true, Cancellation)).FaultCount);
    }

    [Fact]
    [Promise("operations.md", "a folder that was imported into a cluster, or a store whose bytes have moved")]
    public async Task A_folder_in_use_is_refused_and_no_server_starts_on_it_during_and_after_an_import()
    {
        await _bucket.UseAsync(_ =>
        {
            Assert.Contains("A server is using", Assert.Throws<IOException>(Open).Message, StringComparison.Ordinal);
            return Task.CompletedTask;
        });
        using (var import = Open())
        {
            Assert.Throws<FolderInUseException>(() => DataFolder.Open(_bucket.Path));
            Assert.Null(import.Id);
            var id = import.Mark("cluster-1");
            Assert.Equal(id, import.Mark("cluster-1"));
            Assert.Equal(id, import.Id);
        }

        foreach (var elsewhere in (bool[])[false, true])
        {
            var options = new DataFolderOptions { PartsMayBeElsewhere = elsewhere };
            Assert.Contains(
                "has moved to the cluster cluster-1",
                Assert.Throws<IOException>(() => DataFolder.Open(_bucket.Path, options)).Message,
                StringComparison.Ordinal);
        }
    }

    private async Task ImportAsync(bool continues)
    {
        using var import = Open();
        Assert.Equal(0, (await import.ImportAsync(continues, Cancellation)).FaultCount);
        Assert.Equal(0, (await import.CompareAsync(Cancellation)).FaultCount);
    }

    private FolderImport Open() => FolderImport.Open(_bucket.Path, _parts, _target);

    private sealed class MemoryTarget : IDecisionTarget
    {
        private int _calls;
        private int _imports;

        public ConcurrentDictionary<EntityId, EntityImage> Images { get; } = [];

        public int Imports => _imports;

        /// <summary>The number of images that are stored before the cluster is gone.</summary>
        public int FailsAfter { get; set; } = int.MaxValue;

        /// <summary>The number of the image that is acknowledged and lost; 0 for none.</summary>
        public int Loses { get; set; }

        public ValueTask ImportAsync(EntityId entity, EntityImage image, CancellationToken cancellationToken)
        {
            var number = Interlocked.Increment(ref _calls);
            if (number > FailsAfter)
            {
                throw new IOException("The cluster is gone.");
            }

            Interlocked.Increment(ref _imports);
            if (number != Loses)
            {
                Images[entity] = image;
            }

            return ValueTask.CompletedTask;
        }

        public ValueTask<EntityImage?> ReadAsync(EntityId entity, CancellationToken cancellationToken) =>
            ValueTask.FromResult(Images.GetValueOrDefault(entity));
    }
}
