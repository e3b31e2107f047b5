using System.Text.Json;

namespace OrleansUploads.Core.Tests.Hashing;

public class TreeHasherTests
{
    private static readonly JsonSerializerOptions Fields = new() { IncludeFields = true };

    /// <summary>Numbers of zero bytes, and the tree hashes that Amazon's service computes for them.</summary>
    public static TheoryData<int, string> Zeros => new()
    {
        { 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
        { Bytes.MiB, "30e14955ebf1352266dc2ff8067e68104607e750abb9d3b36582b8af909fcb58" },
        { Bytes.MiB + 1, "28638dab8d5e1754a4ecb38b0ebe6df66c844f94aed142d4d0283d208bb786cd" },
        { 2 * Bytes.MiB, "861890b487038d840e9d71d43bbc0fd4571453fb9d9b1f370caa3582a29b0ec7" },
        { 3 * Bytes.MiB, "ca6cc129a4514ec765de86a4e7a49adf44842c9cac213c383ebe4071271bdf21" },
        { 4 * Bytes.MiB, "27b557ba335a688f779a95e258a886ffa3b39b13533d6f9dcaa0497a2ed1fe18" },
        { 13 * Bytes.MiB / 2, "7fce0b2525bccf5bd8ed75ec7b7eb52de9b5c0aac4cf60f485aed45a934e9cf5" },
        { 8 * Bytes.MiB, "0b338127d84703658c14afde2ff57e928f124414760906c556de546a9c713e41" },
    };

    [Theory]
    [MemberData(nameof(Zeros))]
    public void Zeros_have_the_tree_hash_of_the_real_service(int length, string expected)
    {
        Assert.Equal(expected, TreeHasher.Compute(new byte[length]).ToString());
    }

    [Fact]
    public void A_hash_is_hex_digits_in_JSON_without_settings_of_the_program()
    {
        var hashes = (TreeHasher.Compute([1]), (LinearHash?)null, new LinearHash(TreeHasher.Compute([2]).Digest));
        var json = JsonSerializer.Serialize(hashes, Fields);
        Assert.Equal($$"""{"Item1":"{{hashes.Item1}}","Item2":null,"Item3":"{{hashes.Item3}}"}""", json);
        Assert.Equal(hashes, JsonSerializer.Deserialize<(TreeHash, LinearHash?, LinearHash)>(json, Fields));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<TreeHash>("\"12\""));
    }

    [Fact]
    public void Different_blocks_have_the_tree_hash_of_the_real_service()
    {
        var data = new byte[5 * Bytes.MiB];
        for (var i = 0; i < 5; i++) data.AsSpan(i * Bytes.MiB, Bytes.MiB).Fill((byte)i);
        Assert.Equal(
            "2c55c597970ccba9f68041f6cc6170627bf12f72ceebe677ab4da93c6260294c", TreeHasher.Compute(data).ToString());
    }

    [Fact]
    public void Random_bytes_of_many_lengths_match_the_reference_implementation()
    {
        var data = Bytes.Random(1, 34 * Bytes.MiB);
        foreach (var mebibytes in new[] { 0, 1, 2, 3, 7, 8, 9, 17, 33 })
        {
            foreach (var extra in new[] { 0, 1, Bytes.MiB - 1 })
            {
                var piece = data.AsMemory(0, (mebibytes * Bytes.MiB) + extra);
                Assert.Equal(Bytes.TreeHashOf(piece), TreeHasher.Compute(piece.Span));
            }
        }
    }

    [Fact]
    public void Every_number_of_leaves_matches_the_reference_implementation()
    {
        var leaves = Bytes.RandomDigests(2, 600);
        for (var count = 0; count <= leaves.Length; count++)
        {
            Assert.Equal(Bytes.TreeHashOf(leaves[..count]), TreeHasher.FromLeaves(leaves.AsSpan(0, count)));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    public void Combined_parts_have_the_tree_hash_of_the_whole(int partLeaves)
    {
        // Random digests replace the hashes of real data. A short last part has fewer leaves.
        var leaves = Bytes.RandomDigests(partLeaves, 150);
        for (var count = 0; count <= leaves.Length; count++)
        {
            var parts = leaves[..count].Chunk(partLeaves).Select(part => TreeHasher.FromLeaves(part)).ToArray();
            Assert.Equal(Bytes.TreeHashOf(leaves[..count]), TreeHasher.Combine(parts));
        }
    }

    [Fact]
    public void Combining_the_maximum_number_of_parts_allocates_nothing()
    {
        var parts = Bytes.RandomDigests(4, Limits.MaxParts).Select(digest => new TreeHash(digest)).ToArray();
        Assert.Equal(Bytes.TreeHashOf([.. parts.Select(part => part.Digest)]), TreeHasher.Combine(parts));
        Allocations.AssertNone(() => TreeHasher.Combine(parts));
    }
}
