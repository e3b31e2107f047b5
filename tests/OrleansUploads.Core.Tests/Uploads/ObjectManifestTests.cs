namespace OrleansUploads.Core.Tests.Uploads;

public sealed class ObjectManifestTests
{
    [Theory]
    [InlineData(3, 3, 3, 2)]
    [InlineData(3, 3, 3, 3)]
    [InlineData(3, 3)]
    [InlineData(3, 3, 2)]
    [InlineData(3, 0, 3, 3)]
    [InlineData(0, 3, 2, 3)]
    [InlineData(0, 3, 4, 3)]
    [InlineData(0, 3, 3, 4)]
    [InlineData(0, 3, 2, 2)]
    [InlineData(0)]
    [InlineData(0, 0)]
    public void The_part_size_of_a_manifest_is_what_all_its_extents_but_the_last_have(long partSizeBytes, params int[] lengths)
    {
        var parts = lengths.Select((length, index) => SomeObject.Part(index + 1, length, $"{index}")).ToList();
        Assert.Equal(partSizeBytes, ObjectManifest.Of(Some.Upload(1), lengths.Sum(), parts).PartSizeBytes);
    }
}
