using Microsoft.Playwright;

namespace OrleansUploads.EndToEnd.Tests.Dashboard;

/// <summary>The page for operators, and finding the way with a keyboard.</summary>
[Campaign]
public sealed class ServerPageTests
{
    [Fact]
    public async Task Operators_have_a_page_of_their_own_and_a_keyboard_reaches_the_content()
    {
        await using var place = await Workplace.OpenAsync();
        await using var browser = await Browser.SignInAsync(place);
        Assert.DoesNotContain("collector", await browser.Main.InnerTextAsync(), StringComparison.Ordinal);

        await browser.Page.GetByRole(AriaRole.Link, new() { Name = "Server" }).ClickAsync();
        await browser.WaitForAsync("What the collector deleted", "Healthy");
        Assert.Equal("Server – OrleansUploads", await browser.Page.TitleAsync());
        await browser.TakePictureAsync("server");

        // A keyboard reaches the content without the header.
        await browser.OpenAsync();
        await browser.WaitForAsync(Workplace.Vault);
        await browser.Page.Keyboard.PressAsync("Tab");
        await browser.Page.Keyboard.PressAsync("Enter");
        await browser.WaitForAsync(Workplace.Vault);
        Assert.Equal("main", await browser.Page.EvaluateAsync<string>("document.activeElement.id"));
        await browser.Page.Keyboard.PressAsync("Tab");
        Assert.Equal(Workplace.Vault, await browser.Page.EvaluateAsync<string>("document.activeElement.textContent"));
    }

    [Fact]
    public async Task The_first_page_leads_to_what_is_wrong()
    {
        using var folder = new TemporaryFolder();
        await using var server = await ServerProcess.StartAsync(folder.Data, ["--quiet", "--min-free", "900TiB"]);
        await using var browser = await Browser.StartAsync(server, isDark: true, width: 400);
        await browser.SignInAsync();
        await browser.WaitForAsync("The server is degraded.");
        await browser.Page.GetByRole(AriaRole.Link, new() { Name = "See what is wrong" }).ClickAsync();
        await browser.WaitForAsync("The disk is full");
        Assert.Equal("", await browser.FindSidewaysAsync());
        await browser.TakePictureAsync("server-degraded");
    }
}
