namespace OrleansUploads.Core.Tests.Hashing;

/// <summary>Checksums in the forms of S3. The expected values were computed by Amazon's own SDKs.</summary>
public sealed class ChecksumTests
{
    private const int PartBytes = 5 * 1024 * 1024;

    private static readonly byte[][] Parts = [.. "ABC".Select(letter => Enumerable.Repeat((byte)letter, PartBytes).ToArray())];

    [Theory]
    [InlineData(ChecksumAlgorithm.Crc32, "hello", 1, "NhCmhg==")]
    [InlineData(ChecksumAlgorithm.Crc64Nvme, "A", 1024, "Qeh8oXvGiSo=")]
    [InlineData(ChecksumAlgorithm.Sha256, "A", 1024, "arcu6553sHVAiX4MjW0j7I7vD4w6R+Gz9Ok0Q9lTa+0=")]
    [InlineData(ChecksumAlgorithm.Crc32C, "a", 66_560, "sOO8/Q==")]
    public void A_checksum_has_the_base64_form_of_S3(ChecksumAlgorithm algorithm, string text, int times, string base64)
    {
        var data = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(text, times)));
        Assert.Equal(base64, ChecksumHasher.Compute(algorithm, data).Base64);
    }

    [Theory]
    [InlineData(ChecksumAlgorithm.Crc32, "WgDhBQ==")]
    [InlineData(ChecksumAlgorithm.Crc32C, "xU+Krw==")]
    [InlineData(ChecksumAlgorithm.Crc64Nvme, "i+6LR0y3eFo=")]
    public void The_CRCs_of_parts_combine_to_the_full_object_checksum(ChecksumAlgorithm algorithm, string expected)
    {
        var checksum = ObjectChecksum.Combine(
            [.. Parts.Select(part => ChecksumHasher.Compute(algorithm, part))], [PartBytes, PartBytes, PartBytes]);
        Assert.Equal((expected, ChecksumType.FullObject), (checksum.Text, checksum.Type));
    }

    [Theory]
    [InlineData(ChecksumAlgorithm.Sha1, "sizjvY4eud3MrcHdZM3cQ/ol39o=-3")]
    [InlineData(ChecksumAlgorithm.Sha256, "uWBwpe1dxI4Vw8Gf0X9ynOdw/SS6VBzfWm9giiv1sf4=-3")]
    public void The_checksums_of_parts_compose_to_the_composite_checksum(ChecksumAlgorithm algorithm, string expected)
    {
        var checksum = ObjectChecksum.Compose([.. Parts.Select(part => ChecksumHasher.Compute(algorithm, part))]);
        Assert.Equal((expected, ChecksumType.Composite), (checksum.Text, checksum.Type));
    }

    [Fact]
    public void A_composite_checksum_of_one_part_is_not_the_checksum_of_the_part()
    {
        var part = ChecksumHasher.Compute(ChecksumAlgorithm.Sha256, Enumerable.Repeat((byte)'A', 1024).ToArray());
        Assert.Equal("Ok6Cs5b96ux6+MWQkJO7UBT5sKPBeXBLwvj/hK89smg=-1", ObjectChecksum.Compose([part]).Text);
    }

    [Fact]
    public void Stored_forms_are_read_back()
    {
        foreach (var algorithm in Enum.GetValues<ChecksumAlgorithm>())
        {
            var checksum = ChecksumHasher.Compute(algorithm, "hello"u8);
            Assert.True(Checksum.TryParse(checksum.ToString(), out var again));
            Assert.Equal(checksum, again);
            foreach (var parts in new[] { 0, 1, 10_000 })
            {
                var whole = new ObjectChecksum(checksum, parts);
                Assert.True(ObjectChecksum.TryParse(whole.ToString(), out var read));
                Assert.Equal(whole, read);
            }
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("1:")]
    [InlineData("1:NhCmhg=")]
    [InlineData("1:NhCmhgAA")]
    [InlineData("9:NhCmhg==")]
    [InlineData("x:NhCmhg==")]
    public void A_text_that_is_not_a_checksum_is_refused(string text) => Assert.False(Checksum.TryParse(text, out _));

    [Theory]
    [InlineData(ChecksumAlgorithm.Crc64Nvme, ChecksumType.Composite, false)]
    [InlineData(ChecksumAlgorithm.Crc64Nvme, ChecksumType.FullObject, true)]
    [InlineData(ChecksumAlgorithm.Crc32, ChecksumType.Composite, true)]
    [InlineData(ChecksumAlgorithm.Crc32C, ChecksumType.FullObject, true)]
    [InlineData(ChecksumAlgorithm.Sha1, ChecksumType.FullObject, false)]
    [InlineData(ChecksumAlgorithm.Sha256, ChecksumType.Composite, true)]
    public void Not_every_algorithm_allows_every_type(ChecksumAlgorithm algorithm, ChecksumType type, bool allowed) =>
        Assert.Equal(allowed, algorithm.Allows(type));

    [Fact]
    public void An_MD5_digest_keeps_leading_zeros()
    {
        const string Hex = "00000000000000000000000000c0ffee";
        Assert.True(Md5Digest.TryParse(Hex, out var digest));
        Assert.Equal(Hex, digest.ToString());
    }
}
