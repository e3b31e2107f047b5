using System.Net;
using OrleansUploads.Client.Wire;

namespace OrleansUploads.Gateway.Tests.Client;

public sealed class DirectServersTests
{
    [Theory]
    [InlineData("corp.example", "http://vaults.corp.example:9400", true)]
    [InlineData("corp.example", "http://CORP.example", true)]
    [InlineData("corp.example", "http://vaultscorp.example", false)]
    [InlineData("a.test, .corp.example", "http://vaults.corp.example", true)]
    [InlineData("*.corp.example", "http://vaults.corp.example", true)]
    [InlineData("corp.example:9400", "http://vaults.corp.example:9400", true)]
    [InlineData("corp.example:9401", "http://vaults.corp.example:9400", false)]
    [InlineData("*", "https://vaults.test", true)]
    [InlineData("10.0.0.0/8", "http://10.1.2.3:9400", true)]
    [InlineData("10.0.0.0/8", "http://11.1.2.3:9400", false)]
    [InlineData("10.1.2.3", "http://10.1.2.3:9400", true)]
    [InlineData("10.1.2.3:80", "http://10.1.2.3:9400", false)]
    [InlineData("fd00::/8", "http://[fd00::1]:9400", true)]
    [InlineData("2.3", "http://10.1.2.3:9400", false)]
    [InlineData(".", "http://vaults.test", false)]
    public void Servers_that_need_no_proxy_are_named_as_in_other_programs(string names, string server, bool isDirect)
    {
        var proxy = new DirectServers(new WebProxy("http://proxy.test:3128"), names);

        Assert.Equal(isDirect, proxy.IsBypassed(new Uri(server)));
        Assert.Equal(isDirect, proxy.GetProxy(new Uri(server)) is null);
    }
}
