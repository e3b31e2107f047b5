namespace OrleansUploads.Dashboard.Tests;

public sealed class PageFilesTests
{
    /// <summary>The size that the files of the page have at most, as they are sent.</summary>
    private const int MaxBytes = 120_000;

    [Fact]
    public void The_page_is_light()
    {
        var assembly = typeof(PageFiles).Assembly;
        var sizes = assembly.GetManifestResourceNames().ToDictionary(static name => name, name =>
        {
            using var file = assembly.GetManifestResourceStream(name)!;
            return file.Length;
        });
        Assert.InRange(sizes.Values.Sum(), 1, MaxBytes);
    }
}
