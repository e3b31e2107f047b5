using System.Buffers.Binary;
using OrleansUploads.Engine.Attempts;
using OrleansUploads.Hashing.Checksums;

namespace OrleansUploads.Engine.Tests.PartStores;

public sealed class ManifestCodecTests
{
    /// <summary>Bytes before the first extent.</summary>
    private const int SizeOfHeader = 8 + 4 + 92 + 138 + 8 + 32 + 8 + 4;

    [Theory]
    [InlineData(ByteStorage.Gateway, 0, false, 1)]
    [InlineData(ByteStorage.Gateway, 10_000, false, 1)]
    [InlineData(ByteStorage.External, 0, false, 2)]
    [InlineData(ByteStorage.External, 10_000, false, 2)]
    [InlineData(ByteStorage.Gateway, 2, true, 3)]
    [InlineData(ByteStorage.External, 2, true, 4)]
    public void A_manifest_is_decoded_as_it_was_encoded(ByteStorage storage, int extents, bool isOfObject, byte version)
    {
        var manifest = ManifestOf(storage, extents);
        if (isOfObject)
        {
            var part = SomeObject.Part(1, Limits.MinPartSizeBytes, "a");
            manifest = manifest with
            {
                Parts = [new(1, part.LengthBytes, part.Md5, part.Checksum), new(2, part.LengthBytes, part.Md5, null), new(7, 0, part.Md5, null)],
            };
        }

        var bytes = ManifestCodec.Encode(manifest);
        var decoded = ManifestCodec.Decode(bytes);

        Assert.Equal(version, bytes[8]);
        Assert.Equal(manifest.Extents, decoded.Extents);
        Assert.Equal(manifest.Parts, decoded.Parts);
        Assert.Equal(manifest, decoded with { Extents = manifest.Extents, Parts = manifest.Parts });
    }

    /// <summary>manifests.txt contains a stored manifest of each format version. Its lines never change.</summary>
    [Fact]
    public void A_manifest_of_any_version_is_read_and_written_again_unchanged()
    {
        var samples = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Stored", "manifests.txt"));
        Manifest[] expected =
        [
            PartBytes.Manifest(PartBytes.Upload(1), extents: 2, seed: 1),
            PartBytes.LocatedManifest(PartBytes.Upload(1), extents: 2, seed: 1),
        ];

        Assert.Equal(expected.Length, samples.Length);
        for (var i = 0; i < samples.Length; i++)
        {
            var decoded = ManifestCodec.Decode(Convert.FromBase64String(samples[i]));
            Assert.Equal(expected[i].Extents, decoded.Extents);
            Assert.Equal(expected[i], decoded with { Extents = expected[i].Extents });
            Assert.Equal(samples[i], Convert.ToBase64String(ManifestCodec.Encode(decoded)));
        }
    }

    [Fact]
    public void A_manifest_with_an_extent_of_the_wrong_byte_storage_is_refused()
    {
        var here = PartBytes.Manifest(PartBytes.Upload(1), extents: 2, seed: 1);
        var elsewhere = PartBytes.LocatedManifest(PartBytes.Upload(1), extents: 2, seed: 1);
        Assert.Throws<ArgumentException>(() => ManifestCodec.Encode(here with { ByteStorage = ByteStorage.External }));
        Assert.Throws<ArgumentException>(() => ManifestCodec.Encode(elsewhere with { ByteStorage = ByteStorage.Gateway }));
        Assert.Throws<ArgumentException>(
            () => ManifestCodec.Encode(here with { Extents = [here.Extents[0], elsewhere.Extents[1]] }));
    }

    /// <summary>Manifests that this codec would not write, with correct checksums.</summary>
    [Theory]
    [InlineData(SizeOfHeader + 40, 0, "a location that is empty")]
    [InlineData(SizeOfHeader + 40, 2, "a location that ends in the next extent")]
    [InlineData(SizeOfHeader + 41, 255, "a location that ends beyond the manifest")]
    [InlineData(SizeOfHeader + 42, 0x1F, "a location that is not printable")]
    [InlineData(SizeOfHeader + 42, 0x80, "a location that is not ASCII")]
    [InlineData(SizeOfHeader - 4, 1, "too few extents")]
    [InlineData(SizeOfHeader - 4, 3, "too many extents")]
    [InlineData(SizeOfHeader - 1, 0x80, "a negative number of extents")]
    [InlineData(SizeOfHeader - 2, 0xFF, "more extents than there are bytes")]
    [InlineData(8, 1, "a different version")]
    public void An_invalid_manifest_with_a_valid_checksum_is_detected(int at, byte value, string what)
    {
        var bytes = ManifestCodec.Encode(PartBytes.LocatedManifest(PartBytes.Upload(1), extents: 2, seed: 1));
        bytes[at] = value;
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan()[^4..], Crc32C.Compute(bytes.AsSpan()[..^4]));
        Assert.True(Record.Exception(() => ManifestCodec.Decode(bytes)) is AttemptDamagedException, what);
    }

    [Theory]
    [InlineData(ByteStorage.Gateway)]
    [InlineData(ByteStorage.External)]
    public void Any_flipped_bit_and_any_other_length_is_detected(ByteStorage storage)
    {
        var bytes = ManifestCodec.Encode(ManifestOf(storage, extents: 3));
        for (var bit = 0; bit < 8 * bytes.Length; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Throws<AttemptDamagedException>(() => ManifestCodec.Decode(bytes));
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Throws<AttemptDamagedException>(() => ManifestCodec.Decode(bytes.AsSpan(0, length)));
        }

        Assert.Throws<AttemptDamagedException>(() => ManifestCodec.Decode([.. bytes, 0]));
    }

    [Fact]
    public void A_manifest_without_IDs_is_refused()
    {
        var manifest = PartBytes.Manifest(PartBytes.Upload(1), extents: 1, seed: 4);
        Assert.Throws<ArgumentException>(() => ManifestCodec.Encode(manifest with { Upload = default }));
        Assert.Throws<ArgumentException>(() => ManifestCodec.Encode(manifest with { Archive = default(ArchiveId) }));
    }

    private static Manifest ManifestOf(ByteStorage storage, int extents) => storage == ByteStorage.Gateway
        ? PartBytes.Manifest(PartBytes.Upload(1), extents, seed: 2)
        : PartBytes.LocatedManifest(PartBytes.Upload(1), extents, seed: 2);
}
