namespace OrleansUploads.Engine.Tests.PartStores;

/// <summary>How the disk store reports errors of the operating system to its callers. The error numbers are those of
/// Linux.</summary>
public sealed class DiskErrorsTests
{
    [Theory]
    [InlineData(24, typeof(PartStoreUnavailableException))]
    [InlineData(110, typeof(PartStoreUnavailableException))]
    [InlineData(116, typeof(PartStoreUnavailableException))]
    [InlineData(28, typeof(PartStoreFullException))]
    [InlineData(5, typeof(PartStoreFailedException))]
    [InlineData(30, typeof(PartStoreFailedException))]
    [InlineData(36, typeof(IOException))]
    public void A_failed_write_is_reported_as_unavailable_full_failed_or_as_an_IO_error(int error, Type expected)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The error numbers are those of Linux.");
        var fault = new DiskFault(onRaised: null);

        var translated = fault.Translate(new IOException("x", error), "a part");

        Assert.Equal(expected, translated.GetType());
        Assert.Equal(expected == typeof(PartStoreFailedException), fault.Raised is not null);
    }

    [Fact]
    public void A_failed_flush_is_final_even_if_its_error_is_temporary()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The error numbers are those of Linux.");
        var fault = new DiskFault(onRaised: null);

        Assert.IsType<PartStoreFailedException>(fault.Translate(new FlushFailedException("/data/parts", 110), "a part"));
        Assert.Throws<PartStoreFailedException>(fault.ThrowIfRaised);
    }
}
