extern alias TerminalGui;

using System.Diagnostics;
using System.Text;
using DebugRelay.Cli.Tui.Drawing;
using DebugRelay.Cli.Tui.Screens;
using DebugRelay.Cli.ViewModels;
using TerminalGui::Terminal.Gui.Drawing;
using TerminalGui::Terminal.Gui.Drivers;
using TerminalGui::Terminal.Gui.Input;
using TerminalGui::Terminal.Gui.ViewBase;
using TerminalGui::Terminal.Gui.Views;

namespace DebugRelay.Cli.Tui;

/// <summary>
/// The one view: hands keys and the mouse to the screens, and draws what they show. Only the cells that differ from the last picture are
/// written, so nothing flickers and little goes over a slow link.
/// </summary>
internal sealed class ClientView : Runnable
{
    // Values that come from processes are drawn so often in the mean; after a pause some pictures may follow each other at once, or the first values
    // would wait because the clock's second was drawn just before. What a key does is shown at once.
    private const double PicturesPerSecond = 4;
    private const double PicturesAtOnce = 3;

    private readonly Shell _shell;
    private readonly Theme _theme;
    private Frame? _drawn;
    private bool _changed = true;
    private long _drawnAt;
    private double _pictures;
    private long _inputAt = Stopwatch.GetTimestamp();

    public ClientView(Shell shell, Theme theme)
    {
        (_shell, _theme) = (shell, theme);
        (Width, Height) = (Dim.Fill(), Dim.Fill());
        CanFocus = true;
        shell.Copied += Copy;
    }

    /// <summary>The picture that is on the screen.</summary>
    public Frame? Drawn => _drawn;

    /// <summary>Since a key or the mouse was last used, or since the start.</summary>
    public TimeSpan SinceInput => Stopwatch.GetElapsedTime(_inputAt);

    /// <summary>Takes what background tasks have told, and draws it when it is time. Called many times a second.</summary>
    public void Look()
    {
        if (_shell.Mailbox.Drain())
            _changed = true;
        if (_changed && _pictures + PicturesSince() >= 1)
            SetNeedsDraw();
        if (_shell.HasQuit)
            App?.RequestStop(this);
    }

    /// <summary>Once a second.</summary>
    public void Tick()
    {
        _shell.Tick();
        _changed = true;
    }

    /// <summary>Draws all cells anew.</summary>
    public void Forget()
    {
        _drawn = null;
        SetNeedsDraw();
    }

    protected override bool OnClearingViewport() => true;

    protected override bool OnDrawingContent(DrawContext? context)
    {
        _changed = false;
        _pictures = Math.Clamp(_pictures + PicturesSince() - 1, 0, PicturesAtOnce - 1);
        _drawnAt = Stopwatch.GetTimestamp();
        Frame frame = ScreenPainter.Draw(_shell, Viewport.Width, Viewport.Height);
        bool greyed = _shell.Host.Link is LinkState.Lost or LinkState.Refused;
        Cell[,]? cells = _drawn is null ? null : App?.Driver?.Contents;
        for (int y = 0; y < frame.Height; y++)
            WriteChanged(frame, cells, y, greyed);
        _drawn = frame;
        Cursor = frame.Cursor is { } at
            ? new Cursor { Position = ViewportToScreen(new System.Drawing.Point(at.X, at.Y)), Style = CursorStyle.SteadyBar }
            : new Cursor { Position = null };
        return true;
    }

    /// <summary>All keys are the screens': none of the library's own bindings, such as Esc to quit, is used.</summary>
    protected override bool OnKeyDown(Key key)
    {
        string? name = KeyNames.Of(key);
        if (name == "Ctrl+L")
            Forget();
        else if (name is not null)
            _shell.OnKey(name);
        AfterInput();
        return true;
    }

    protected override bool OnMouseEvent(Mouse mouse)
    {
        if (mouse.Flags.HasFlag(MouseFlags.WheeledUp))
            _shell.OnKey("WheelUp");
        else if (mouse.Flags.HasFlag(MouseFlags.WheeledDown))
            _shell.OnKey("WheelDown");
        else if (mouse.Position is { } at && _drawn?.SpotAt(at.X, at.Y) is { } spot)
            Press(spot, mouse.Flags);
        else
            return false;
        AfterInput();
        return true;
    }

    /// <summary>What may be drawn for the time since the last picture.</summary>
    private double PicturesSince() => Stopwatch.GetElapsedTime(_drawnAt).TotalSeconds * PicturesPerSecond;

    private static void Press(HotSpot spot, MouseFlags flags)
    {
        if (flags.HasFlag(MouseFlags.LeftButtonDoubleClicked))
            spot.PressTwice?.Invoke();
        else if (flags.HasFlag(MouseFlags.LeftButtonClicked))
            spot.Press();
    }

    private void AfterInput()
    {
        _inputAt = Stopwatch.GetTimestamp();
        SetNeedsDraw();
        if (_shell.HasQuit)
            App?.RequestStop(this);
    }

    private void WriteChanged(Frame frame, Cell[,]? cells, int y, bool greyed)
    {
        int x = 0;
        while (x < frame.Width)
            x = IsThere(frame, cells, x, y, greyed) ? x + 1 : WriteRun(frame, cells, x, y, greyed);
    }

    /// <summary>Cells of one look that have changed, in one go.</summary>
    /// <returns>The column after them.</returns>
    private int WriteRun(Frame frame, Cell[,]? cells, int x, int y, bool greyed)
    {
        Ink ink = frame[x, y].Ink;
        var text = new StringBuilder();
        int at = x;
        for (; at < frame.Width && frame[at, y].Ink == ink && !(at > x && IsThere(frame, cells, at, y, greyed)); at++)
            text.Append(frame[at, y].Text);
        SetAttribute(_theme.Of(ink, greyed));
        Move(x, y);
        AddStr(text.ToString());
        return at;
    }

    /// <summary>Whether the library's own cell is so already. A resize clears cells: what was drawn last would tell less.</summary>
    private bool IsThere(Frame frame, Cell[,]? cells, int x, int y, bool greyed)
    {
        FrameCell wanted = frame[x, y];
        // The second column of a wide character goes with its first.
        if (wanted.Text.Length == 0)
            return true;
        if (cells is null || y >= cells.GetLength(0) || x >= cells.GetLength(1))
            return false;
        ref Cell there = ref cells[y, x];
        return there.Grapheme == wanted.Text && there.Attribute == _theme.Of(wanted.Ink, greyed);
    }

    // OSC 52: the terminal's own clipboard, which also works over ssh and through tmux.
    private void Copy(string text) => App?.Driver?.WriteRaw($"\u001b]52;c;{Convert.ToBase64String(Encoding.UTF8.GetBytes(text))}\a");
}
