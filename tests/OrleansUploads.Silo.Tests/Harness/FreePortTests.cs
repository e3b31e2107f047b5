namespace OrleansUploads.Silo.Tests.Harness;

public sealed class FreePortTests
{
    [Fact]
    public void No_port_is_returned_twice_or_can_be_chosen_by_the_system()
    {
        int[] ports = [.. FreePort.Take(3), .. FreePort.Take(3)];

        Assert.Distinct(ports);
        Assert.All(ports, static port => Assert.InRange(port, FreePort.First, FreePort.End - 1));
    }
}
