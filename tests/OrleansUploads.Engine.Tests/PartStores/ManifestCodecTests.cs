using System.Security.Cryptography;
using OrleansUploads.Core.Archives;
using OrleansUploads.Engine.Archives;
using OrleansUploads.Engine.Ports;
using OrleansUploads.TestKit.PartStores;

namespace OrleansUploads.Engine.Tests.PartStores;

public sealed class ManifestCodecTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(10_000)]
    public void A_manifest_is_decoded_as_it_was_encoded(int extents)
    {
        var manifest = PartBytes.Manifest(PartBytes.Upload(1), extents, seed: extents);
        var decoded = ManifestCodec.Decode(ManifestCodec.Encode(manifest));

        Assert.Equal(manifest.Extents, decoded.Extents);
        Assert.Equal(manifest, decoded with { Extents = manifest.Extents });
    }

    [Fact]
    public void The_stored_form_is_of_a_known_size_and_never_changes()
    {
        var bytes = ManifestCodec.Encode(PartBytes.Manifest(PartBytes.Upload(1), extents: 2, seed: 1));

        Assert.Equal(298 + (2 * 56), bytes.Length);
        Assert.Equal("OU-MANI\n\u0001\0\0\0"u8, bytes.AsSpan(0, 12));
        Assert.Equal(
            "022950f4694bbcb509c9886a667a8a8de3ee6190182e763ce7f51ab1b1486d82",
            Convert.ToHexStringLower(SHA256.HashData(bytes)));
    }

    [Fact]
    public void Any_flipped_bit_is_noticed()
    {
        var bytes = ManifestCodec.Encode(PartBytes.Manifest(PartBytes.Upload(1), extents: 3, seed: 2));
        for (var bit = 0; bit < 8 * bytes.Length; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Throws<AttemptDamagedException>(() => ManifestCodec.Decode(bytes));
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void Any_other_length_is_noticed()
    {
        var bytes = ManifestCodec.Encode(PartBytes.Manifest(PartBytes.Upload(1), extents: 3, seed: 3));
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Throws<AttemptDamagedException>(() => ManifestCodec.Decode(bytes.AsSpan(0, length)));
        }

        Assert.Throws<AttemptDamagedException>(() => ManifestCodec.Decode([.. bytes, 0]));
    }

    [Fact]
    public void A_manifest_without_names_is_refused()
    {
        var manifest = PartBytes.Manifest(PartBytes.Upload(1), extents: 1, seed: 4);
        Assert.Throws<ArgumentException>(() => ManifestCodec.Encode(manifest with { Upload = default }));
        Assert.Throws<ArgumentException>(() => ManifestCodec.Encode(manifest with { Archive = default(ArchiveId) }));
    }
}
